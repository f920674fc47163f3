import * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import { haproxyConf } from "./conf.ts";

/** Ports on which the balancer listens inside of the deployment. */
export const READ_PORT = 5001;
export const WRITE_PORT = 5002;
export const STATISTICS_PORT = 8404;

export interface BalancerSpecArgs {
  readonly alias: string;
  /** Host on which it runs. Changing it makes a new container there. */
  readonly host: string;
  /** Ports of the host. Changing one replaces the container. */
  readonly ports: { readonly read: number; readonly write: number; readonly statistics: number };
  /** Nodes in the order in which they take the writes. Reload. */
  readonly members: readonly { readonly name: string }[];
  readonly database: string;
  /** Opens the statistics page and the metrics. Reload. */
  readonly statistics: { readonly user: string; readonly password: pulumi.Input<string> };
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function balancerSpec(args: BalancerSpecArgs): WorkloadSpec {
  const { user, password } = args.statistics;
  const conf = pulumi.output(password).apply((text) =>
    haproxyConf({
      members: args.members.map(({ name }) => name),
      database: args.database,
      statisticsUser: user,
      statisticsPassword: text,
    }),
  );
  return {
    alias: args.alias,
    host: args.host,
    image: { stage: "balancer" },
    files: { ...args.files, "haproxy.cfg": { content: conf, secret: true } },
    volumes: [],
    ports: [
      { internal: READ_PORT, published: args.ports.read },
      { internal: WRITE_PORT, published: args.ports.write },
      { internal: STATISTICS_PORT, published: args.ports.statistics },
    ],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 15,
    health: ["/usr/local/bin/healthy"],
  };
}
