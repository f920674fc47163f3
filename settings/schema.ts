import { z } from "zod";

/** Names become DNS names, container names and certificate subjects, so they obey the strictest of the three. */
const dnsLabel = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, "1 to 32 of a-z, 0-9 and -, beginning with a letter");

const sqlIdentifier = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, "1 to 63 of a-z, 0-9 and _, beginning with a letter")
  .refine((name) => !name.startsWith("pg_") && !name.startsWith("synfleet"), {
    message: "a name that begins neither with pg_ nor with synfleet, which are reserved",
  });

const port = z.int().min(1, "1 to 65535").max(65535, "1 to 65535");
const mebibytes = z.int().min(64, "64 or more (MiB)");
const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "a network such as 10.0.0.0/8" });
const ipAddress = z.union([z.ipv4(), z.ipv6()], { error: "an IP address such as 127.0.0.1" });

const host = z.strictObject({
  /** Name by which members are placed on it. */
  name: dnsLabel,
  /** Its Docker Engine. @default the local one */
  engine: z
    .string()
    .regex(/^(unix:\/\/\/|ssh:\/\/).+/, "unix:///path/to/docker.sock or ssh://user@host")
    .default("unix:///var/run/docker.sock"),
  /** Address by which other hosts and clients reach it. Needed as soon as there are two hosts. */
  address: ipAddress.optional(),
});

const member = z.strictObject({
  name: dnsLabel,
  /** 1 to 16, never used twice, also not after a removal: generated keys are kept apart by it. @default the digits its name ends in */
  number: z.int().min(1, "1 to 16").max(16, "1 to 16").optional(),
  /** @default the first host */
  host: dnsLabel.optional(),
  /** Port of its host that leads to its database. @default 5431 + number; 5432 on several hosts */
  port: port.optional(),
  /** Port of its host that leads to its manager. @default 8076 + 4 × number; 8080 on several hosts */
  managerPort: port.optional(),
});

const etcdMember = z.strictObject({ name: dnsLabel, host: dnsLabel.optional() });

const postgres = z.strictObject({
  /** Database of the applications. Cannot be changed once the cluster exists. */
  database: sqlIdentifier.default("synapsedb"),
  /** Its owner, the user of the applications; no superuser. */
  user: sqlIdentifier.default("synapsedb"),
  /** Limit of connections to one node. A change restarts the nodes, one at a time. */
  maxConnections: z.int().min(20, "20 to 10000").max(10000, "20 to 10000").default(200),
  /** PostgreSQL's own page cache. A change restarts the nodes, one at a time. @default a quarter of memoryMiB */
  sharedBuffersMiB: mebibytes.optional(),
  /** Memory that one sort or hash may use. A change is a reload. */
  workMemMiB: z.int().min(1, "1 or more (MiB)").default(8),
  /** Hard limit of a node's container. */
  memoryMiB: z.int().min(512, "512 or more (MiB)").default(1024),
  /** Processors a node may use at most. */
  cpus: z.number().positive("more than 0").default(2),
  /** Any other parameter of postgresql.conf, by its own name. What the cluster relies on cannot be set here. */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

const ports = z.strictObject({
  read: port.default(5001),
  write: port.default(5002),
  statistics: port.default(8404),
  prometheus: port.default(9090),
  grafana: port.default(3000),
});

export const settingsSchema = z.strictObject({
  system: z.enum(["synapsedb"]).default("synapsedb"),
  topology: z.enum(["single-host", "several-hosts"]).default("single-host"),
  name: dnsLabel.default("synapsedb"),
  hosts: z
    .array(host)
    .min(1, "at least one host")
    .default([{ name: "local", engine: "unix:///var/run/docker.sock" }]),
  members: z
    .array(member)
    .min(2, "at least two members: one alone is not highly available")
    .default([{ name: "postgres1" }, { name: "postgres2" }, { name: "postgres3" }]),
  etcd: z.array(etcdMember).default([{ name: "etcd1" }, { name: "etcd2" }, { name: "etcd3" }]),
  postgres: postgres.default(postgres.parse({})),
  ports: ports.default(ports.parse({})),
  publishAddress: ipAddress.optional(),
  clientCidrs: z.array(cidr).default([]),
  grafana: z.boolean().default(false),
  protectVolumes: z.boolean().default(false),
  rolloutGate: z.boolean().default(true),
  readySeconds: z.int().min(10, "10 or more (seconds)").default(300),
});

export type RawSettings = z.infer<typeof settingsSchema>;
