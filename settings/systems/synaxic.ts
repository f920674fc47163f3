import { z } from "zod";
import {
  consensus,
  dnsLabel,
  mebibytes,
  memoryPolicies,
  placed as part,
  port,
  processors,
} from "../atoms.ts";
import { common, commonPorts } from "../common.ts";
import { named, sharedPorts, type Parts, type Problem } from "../parts.ts";
import { postgres } from "../postgres.ts";
import { onHosts } from "../resolve.ts";

/** One server of the guide: a PostgreSQL member, a Redis member and an instance of the app. */
const member = z.strictObject({
  name: dnsLabel,
  /** @default the first host; on several hosts the first that has no other member */
  host: dnsLabel.optional(),
  /** Port of its host that leads to its PostgreSQL. Clients use the balancer's. @default not published */
  postgresPort: port.optional(),
  /** Port of its host that leads to its Redis. Clients use the balancer's. @default not published */
  redisPort: port.optional(),
});

const server = z.strictObject({
  ...postgres("synaxic"),
  /** How soon a silent primary is replaced, and how much unrest on the network it takes. A change is a reload. */
  failover: z.enum(["fast", "standard", "wide-area"]).default("standard"),
  /** Members that may lead. A change is a reload. @default all of three or more; the first of two */
  candidates: z.array(dnsLabel).min(1, "at least one member").optional(),
});

const redis = z.strictObject({
  /** Hard limit of a member's container, of which 60 % may be data. */
  memoryMiB: mebibytes.default(512),
  /** What happens when that is full. A change is a reload. */
  maxMemoryPolicy: z.enum(memoryPolicies).default("noeviction"),
  /** When a write is on disk: after at most a second, or before it is answered. A change is a reload. */
  fsync: z.enum(["everysec", "always"]).default("everysec"),
  /** Processors a member may use at most. */
  cpus: processors.default(1),
  /** Always: without it passwords and data would cross the network in clear. */
  tls: z
    .boolean()
    .refine((tls) => tls, {
      message: "true: without TLS passwords and data would cross the network in clear",
    })
    .default(true),
});

const app = z.strictObject({
  /** What runs: Synfleet's reference app, the public Synaxic API in an image of yours, or any HTTP image. */
  program: z.enum(["reference", "synaxic-api", "image"]).default("reference"),
  /** Needed but for the reference app. */
  image: z.string().min(1, "a reference such as registry.example/app:1.2").optional(),
  /** What an instance on a replica does: takes over the writes when the main one fails, or only ever reads. */
  replicas: z.enum(["standby", "read"]).default("standby"),
  /** Port on which an image serves. */
  port: port.default(8080),
  /** Whether that port speaks HTTPS with the certificate below /etc/synfleet/tls. */
  tls: z.boolean().default(false),
  /** User and group that an image runs as. */
  user: z.int().min(1, "1 or more").default(10001),
  /** Path of an image that answers 200 while it is well. */
  healthPath: z.string().startsWith("/", "a path that begins with /").default("/actuator/health"),
  /** Environment of an image; nothing secret. */
  environment: z.record(z.string(), z.string()).default({}),
  memoryMiB: mebibytes.default(512),
  cpus: processors.default(1),
});

const ports = z.strictObject({
  http: port.default(8080),
  https: port.default(8443),
  read: port.default(5001),
  write: port.default(5002),
  redis: port.default(6380),
  ...commonPorts,
});

export const schema = z.strictObject({
  system: z.literal("synaxic"),
  ...common,
  /**
   * The first is the main one: a new cluster's primaries, and the app that takes the writes.
   * @default main, replica1 and replica2; on several hosts one a host, called after it
   */
  members: z
    .array(member)
    .min(2, "at least two members: one alone is not highly available")
    .optional(),
  /** @default etcd1, etcd2 and etcd3; on two hosts etcd1 */
  etcd: z.array(consensus).optional(),
  /** @default sentinel1, sentinel2 and sentinel3; on two hosts none */
  sentinels: z.array(part).optional(),
  postgres: server.default(server.parse({})),
  redis: redis.default(redis.parse({})),
  app: app.default(app.parse({})),
  ports: ports.default(ports.parse({})),
});

const ofOneHost = ["main", "replica1", "replica2"].map((name) => ({ name }));

export type SynaxicSettings = ReturnType<typeof resolve>;

export function resolve(raw: z.infer<typeof schema>) {
  const { placed, membersOf, quorumOf, ...rest } = onHosts(raw);
  const members: readonly z.infer<typeof member>[] =
    raw.members ?? membersOf(ofOneHost, (name) => ({ name, host: name }));
  // Two sentinels cannot outvote a lost one, and one alone would be lost with its host.
  const sentinels = quorumOf("sentinel").length === 3 ? quorumOf("sentinel") : [];
  return {
    ...raw,
    ...rest,
    members: placed(members),
    etcd: placed(raw.etcd ?? quorumOf("etcd")),
    sentinels: placed(raw.sentinels ?? sentinels),
  };
}

export function partsOf(settings: SynaxicSettings): Parts {
  const { balancers, members, etcd, sentinels } = settings;
  const own = (key: "postgresPort" | "redisPort") =>
    members.flatMap(({ host, [key]: port }, index) =>
      port === undefined ? [] : [{ key: `members[${index}].${key}`, host, port }],
    );
  return {
    named: [
      ...named("balancers", balancers),
      ...named("members", members),
      ...named("etcd", etcd),
      ...named("sentinels", sentinels),
    ],
    reserved:
      /^(prometheus|grafana|network|(proxy|postgres|redis|app|(node|postgres|redis)-exporter)(-.*)?)$/,
    ports: [...own("postgresPort"), ...own("redisPort"), ...sharedPorts(settings)],
  };
}

/** The rules that only this system has. */
export function check({ members, postgres, sentinels, app }: SynaxicSettings): Problem[] {
  const names = members.map(({ name }) => name);
  const strangers = (postgres.candidates ?? [])
    .filter((name) => !names.includes(name))
    .map((name) => ({
      key: "postgres.candidates",
      got: name,
      allowed: names.join(", "),
      next: "name members",
    }));
  const count = sentinels.length;
  const fits = count === 0 || (count % 2 === 1 && count >= 3);
  const reference = app.program === "reference";
  return [
    ...strangers,
    ...(reference === (app.image === undefined)
      ? []
      : [
          {
            key: "app.image",
            got: app.image,
            allowed: reference ? "none for the reference app" : `the image of ${app.program}`,
            next: reference ? "set app.program, or leave the image out" : "set it",
          },
        ]),
    ...(fits
      ? []
      : [
          {
            key: "sentinels",
            got: `${count} sentinels`,
            allowed: "none, or an odd number of at least 3",
            next: "add or remove one; without any, a dead Redis primary is replaced by hand",
          },
        ]),
  ];
}
