import type * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import {
  bootstrapConf,
  pgHbaConf,
  pgIdentConf,
  postgresqlConf,
  type BootstrapArgs,
  type PgHbaArgs,
  type PgIdentArgs,
  type PostgresConfArgs,
} from "./conf.ts";

/** Port on which every node listens inside of the deployment. */
export const POSTGRES_PORT = 5432;

export interface PostgresSpecArgs {
  readonly host: string;
  readonly port: number;
  readonly cpus: number;
  readonly server: PostgresConfArgs & { readonly memoryMib: number };
  readonly access: PgHbaArgs;
  readonly identities: PgIdentArgs;
  readonly bootstrap: BootstrapArgs;
  readonly password: pulumi.Input<string>;
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function postgresSpec(args: PostgresSpecArgs): WorkloadSpec {
  return {
    alias: args.bootstrap.member,
    host: args.host,
    image: { stage: "postgres" },
    files: {
      ...args.files,
      "postgresql.conf": { content: postgresqlConf(args.server) },
      "pg_hba.conf": { content: pgHbaConf(args.access) },
      "pg_ident.conf": { content: pgIdentConf(args.identities) },
      "bootstrap.conf": { content: bootstrapConf(args.bootstrap) },
      "secrets/application_password": { content: args.password, secret: true },
    },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: POSTGRES_PORT, published: args.port }],
    limits: { memoryMiB: args.server.memoryMib, cpus: args.cpus },
    // A fast shutdown writes a checkpoint and sends the peers what they lack; killing it earlier costs a recovery.
    stopSeconds: 120,
    health: ["/usr/local/bin/healthy"],
  };
}
