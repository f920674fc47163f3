import * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import {
  CONTROL_PORT,
  guardConf,
  HTTP_PORT,
  memberConf,
  serverConf,
  type ServerConfArgs,
} from "./conf.ts";

export interface SynapSpecArgs {
  readonly name: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly members: readonly string[];
  readonly master: string;
  /** Name that the certificates of all members carry, and no others. */
  readonly group: string;
  readonly server: ServerConfArgs;
  readonly password: pulumi.Input<string>;
  readonly clients: readonly string[];
  readonly cpus: number;
  /** See `SynapClusterArgs`. */
  readonly replicationMemoryMiB: number;
  readonly image?: string | undefined;
  readonly files: Readonly<Record<string, FileSpec>>;
}

/** Memory of what stands around the server: supervisor and guard. */
const AROUND_MIB = 192;

export function synapSpec(args: SynapSpecArgs): WorkloadSpec {
  const { name, members, master, group, server, clients } = args;
  const user = server.user ?? "root";
  const configuration = (password: string) => serverConf(server, password);
  const guard = (password: string) => guardConf({ members, clients, user, password });
  // Plain values are judged here and now: an error inside of an apply comes too late.
  for (const render of [configuration, guard]) render("any password");
  const secret = (render: (password: string) => string): FileSpec => ({
    content: pulumi.output(args.password).apply(render),
    secret: true,
  });
  return {
    alias: name,
    host: args.host,
    image: args.image ? { reference: args.image } : { stage: "synap" },
    files: {
      ...args.files,
      "synap.json": { content: memberConf({ name, members, master, group, user }) },
      "config.yml": secret(configuration),
      "haproxy.cfg": secret(guard),
      "secrets/password": secret((password) => `${password}\n`),
    },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [
      { internal: HTTP_PORT, ...(args.port && { published: args.port }) },
      { internal: CONTROL_PORT },
    ],
    limits: { memoryMiB: memoryLimitMiB(args), cpus: args.cpus },
    // Each write is on disk before it is acknowledged: nothing is left to do but to end.
    stopSeconds: 15,
    // As long as a takeover waits for the rest of the log.
    handOver: { command: ["/usr/local/bin/synap-admin", "hand-over"], seconds: 60 },
    health: ["/usr/local/bin/healthy"],
  };
}

/** The server counts values alone; what it keeps around them is about a quarter more. */
function memoryLimitMiB(args: Pick<SynapSpecArgs, "server" | "replicationMemoryMiB">): number {
  return Math.ceil(args.server.maxMemoryMib * 1.25) + args.replicationMemoryMiB + AROUND_MIB;
}
