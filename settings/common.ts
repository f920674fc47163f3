/** The settings that every system has. */
import { z } from "zod";
import { cidr, dnsLabel, ipAddress, placed, port } from "./atoms.ts";
import { kubernetes } from "./kubernetes.ts";

const ssh = z.strictObject({
  /** It must be allowed to use Docker. */
  user: z
    .string()
    .regex(/^[a-z_][\w-]*$/, "a login of letters, digits, _ and -")
    .default("root"),
  port: port.default(22),
  /** File with the private key. @default the SSH agent's keys, and those that ssh takes by itself */
  keyFile: z.string().min(1, "a path").optional(),
  /** Public key of the machine. @default the one in known_hosts */
  hostKey: z
    .string()
    .regex(
      /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) AAAA[\w+/]+={0,2}( [^\r\n]*)?$/,
      'a public key such as "ssh-ed25519 AAAA…"; /etc/ssh/ssh_host_ed25519_key.pub on the host has it',
    )
    .optional(),
});

const host = z.strictObject({
  /** Name by which members are placed on it. */
  name: dnsLabel,
  /** What may be lost at once with all hosts in it. A change moves nothing that is there. @default each host by itself */
  region: dnsLabel.optional(),
  /** Its Docker Engine, where it is not reached by ssh. @default the local one */
  engine: z
    .string()
    .regex(/^(unix:\/\/\/|ssh:\/\/).+/, "unix:///path/to/docker.sock or ssh://user@host")
    .optional(),
  /** How to log in at its address. */
  ssh: ssh.optional(),
  /** Address by which clients reach it, and this machine by ssh. Needed as soon as there are two hosts. */
  address: ipAddress.optional(),
  /** Address by which the other hosts reach it. @default its address */
  privateAddress: ipAddress.optional(),
});

/** What a Swarm of the hosts is like, where `platform` asks for one. */
const swarm = z.strictObject({
  /** Whether its network encrypts too what members say to each other, besides their own TLS; the kernels need ESP for it. Fixed once it is there. */
  encrypted: z.boolean().default(true),
});

/** How hosts are prepared, where `prepareHosts` asks for it. */
const preparation = z.strictObject({
  /** Networks from which SSH is admitted. @default every network */
  sshFrom: z.array(cidr).min(1, "at least one network, or leave it out").optional(),
  /** Docker Engine and its daemon.json: installed and kept, or the user's own. */
  docker: z.enum(["managed", "kept"]).default("managed"),
  /** Whether the clock must be synchronised. */
  clock: z.boolean().default(true),
});

const imageRegistry = z.strictObject({
  /** Host, port and path under which images are kept. */
  address: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*$/,
      "host[:port][/path], such as registry.example.com:5000/team, without https://",
    ),
  /** Of the authority that signs the registry's own. @default the hosts trust it already */
  caCertificate: z
    .string()
    .regex(
      /^-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----\s*$/,
      "a certificate in PEM: -----BEGIN CERTIFICATE-----…",
    )
    .optional(),
});

export type HostSettings = z.output<typeof host>;

export const common = {
  topology: z.enum(["single-host", "several-hosts"]).default("single-host"),
  /** What runs the parts: each host's own Docker Engine, a Docker Swarm of the hosts, or a Kubernetes cluster. A stack keeps the one that it has. */
  platform: z.enum(["docker", "swarm", "kubernetes"]).default("docker"),
  swarm: swarm.default(swarm.parse({})),
  kubernetes: kubernetes.default(kubernetes.parse({})),
  /** Prefix of containers, volumes and networks. @default the system's own name */
  name: dnsLabel.optional(),
  hosts: z
    .array(host)
    .min(1, "at least one host")
    .default([{ name: "local" }]),
  /**
   * Where clients get in: a balancer each, and in a Synaxic an Nginx beside it. Adding or removing one touches no member; a host keeps the name of its own.
   * @default `balancer` on the first host; on several hosts up to three, spread over the regions
   */
  balancers: z.array(placed).min(1, "at least one").optional(),
  /** Whether the hosts are made ready, and kept so: packages, kernel, rules, Docker. */
  prepareHosts: z.boolean().default(false),
  preparation: preparation.default(preparation.parse({})),
  /** Where all hosts have their images from. @default each host builds its own */
  imageRegistry: imageRegistry.optional(),
  publishAddress: ipAddress.optional(),
  clientCidrs: z.array(cidr).default([]),
  /** Parts whose other place, or absence, is meant though their data is lost by it. Nothing by itself: it permits a change. */
  acceptPlacement: z.array(dnsLabel).default([]),
  grafana: z.boolean().default(false),
  protectVolumes: z.boolean().default(false),
  rolloutGate: z.boolean().default(true),
  readySeconds: z.int().min(10, "10 or more (seconds)").default(300),
};

/** Ports of the parts that stand beside every system: of each balancer, and of the monitoring on the first host. */
export const commonPorts = {
  statistics: port.default(8404),
  prometheus: port.default(9090),
  grafana: port.default(3000),
};
