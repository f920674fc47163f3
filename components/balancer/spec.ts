import * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import { haproxyConf } from "./conf.ts";
import type { BalancedService } from "./service.ts";

/** Port on which every balancer has its statistics inside of the deployment. */
export const STATISTICS_PORT = 8404;

export interface BalancerSpecArgs {
  readonly alias: string;
  /** Host on which it runs. Changing it makes a new container there. */
  readonly host: string;
  /** What it balances. Reload, but for published ports. */
  readonly services: readonly BalancedService[];
  /** Opens the statistics page and the metrics. Reload; changing the published port replaces the container. */
  readonly statistics: {
    readonly user: string;
    readonly password: pulumi.Input<string>;
    readonly port: number;
  };
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function balancerSpec(args: BalancerSpecArgs): WorkloadSpec {
  const { user, password, port } = args.statistics;
  const texts = args.services.map(({ sections }) => pulumi.output(sections));
  const conf = pulumi
    .all([pulumi.output(password), ...texts])
    .apply(([statisticsPassword = "", ...sections]) =>
      haproxyConf({ sections, statisticsUser: user, statisticsPassword }),
    );
  return {
    alias: args.alias,
    host: args.host,
    image: { stage: "balancer" },
    files: { ...args.files, "haproxy.cfg": { content: conf, secret: true } },
    volumes: [],
    ports: [
      ...args.services.flatMap((service) => service.ports),
      { internal: STATISTICS_PORT, published: port },
    ],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 15,
    health: ["/usr/local/bin/healthy"],
  };
}
