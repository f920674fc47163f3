import type * as pulumi from "@pulumi/pulumi";
import type { FileSpec, SharedVolume, WorkloadSpec } from "../../platform/platform.ts";
import { POSTGRES_PORT } from "../spec.ts";
import type { PgHbaArgs } from "../conf.ts";
import type { FenceConfArgs } from "../fence/conf.ts";
import { fencedBeside, LOCKS_DIRECTORY } from "../fence/spec.ts";
import type { PostgresConfArgs } from "../parameters.ts";
import {
  identityYml,
  PATRONI_PORT,
  settingsYml,
  streamingBootstrapConf,
  streamingHbaConf,
  streamingIdentConf,
} from "./conf.ts";
import type { FailoverProfile } from "./profile.ts";

export interface StreamingSpecArgs {
  readonly cluster: string;
  readonly member: string;
  readonly members: readonly string[];
  readonly candidates: readonly string[];
  readonly etcd: readonly string[];
  readonly exporters: readonly string[];
  readonly profile: FailoverProfile;
  readonly host: string;
  readonly port?: number | undefined;
  readonly cpus: number;
  readonly server: PostgresConfArgs & { readonly memoryMib: number };
  readonly access: PgHbaArgs;
  readonly extensions: readonly string[];
  /** Volume of its host in which it holds a lock for as long as it lives. @default - none, where members have fences of their own */
  readonly locks?: SharedVolume | undefined;
  /** Of its own fence, beside it. @default - none */
  readonly fence?: FenceConfArgs | undefined;
  readonly password: pulumi.Input<string>;
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function streamingSpec(args: StreamingSpecArgs): WorkloadSpec {
  const beside = fencedBeside(args.fence);
  return {
    alias: args.member,
    host: args.host,
    image: { stage: "patroni" },
    files: {
      ...args.files,
      "patroni/identity.yml": { content: identityYml(args) },
      "patroni/settings.yml": { content: settingsYml(args) },
      "pg_hba.conf": { content: streamingHbaConf(args.access) },
      "pg_ident.conf": { content: streamingIdentConf(args) },
      "bootstrap.conf": { content: streamingBootstrapConf(args.access, args.extensions) },
      "secrets/application_password": { content: args.password, secret: true },
      ...beside.files,
    },
    volumes: [
      { name: "data", path: "/var/lib/synfleet" },
      ...(args.locks ? [{ name: "locks", path: LOCKS_DIRECTORY, shared: args.locks }] : []),
      ...beside.volumes,
    ],
    ...(beside.companions.length > 0 && { companions: beside.companions }),
    ports: [
      { internal: POSTGRES_PORT, ...(args.port && { published: args.port }) },
      { internal: PATRONI_PORT },
    ],
    limits: { memoryMiB: args.server.memoryMib, cpus: args.cpus },
    // Before a leader stops it writes a checkpoint and another member takes over; killing it earlier costs a fail-over.
    stopSeconds: 120,
    health: ["/usr/local/bin/healthy"],
  };
}
