import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../components/app/app.ts";
import { etcdJob } from "../components/etcd/spec.ts";
import type { MonitoringStackArgs } from "../components/monitoring/stack.ts";
import { postgresExporter } from "../components/monitoring/spec.ts";
import { fenceAlias, fencedHosts } from "../components/postgres/fence/spec.ts";
import { PATRONI_PORT } from "../components/postgres/streaming/conf.ts";
import { redisExporter } from "../components/redis/exporter.ts";
import { aliases, DATABASE } from "./aliases.ts";
import { balancerJob } from "./balancers.ts";
import { proxyOf, toldToAll, toldToCallers, type Entrance } from "./entrances.ts";
import type { SynaxicArgs } from "./synaxic-args.ts";

/** What Prometheus watches of the system. */
export function synaxicWatch(
  { platform, members, etcd, postgres }: SynaxicArgs,
  entrances: readonly Entrance[],
  app: Pick<App, "upstreams" | "tls">,
  redisPassword: pulumi.Input<string>,
): Pick<MonitoringStackArgs, "calls" | "exporters" | "jobs" | "rules"> {
  return {
    calls: toldToCallers(entrances),
    exporters: members.flatMap(({ name, host }) => [
      postgresExporter({
        alias: aliases.postgresExporter(name),
        member: aliases.postgres(name),
        host,
        database: postgres.database,
      }),
      redisExporter({
        alias: aliases.redisExporter(name),
        member: aliases.redis(name),
        host,
        password: redisPassword,
      }),
    ]),
    jobs: [
      {
        name: "patroni",
        targets: members.map(({ name }) => ({
          host: aliases.postgres(name),
          port: PATRONI_PORT,
          member: name,
        })),
        access: "certificate",
      },
      // Over HTTPS alone, as all that is scraped.
      ...(app.tls
        ? [
            {
              name: "app",
              targets: app.upstreams.map(({ name: host, port }) => ({ host, port })),
              access: "certificate" as const,
              path: "/actuator/prometheus",
            },
          ]
        : []),
      etcdJob(platform, etcd),
      balancerJob(entrances),
    ],
    rules: { etcdMembers: etcd.length },
  };
}

/** Host of every workload by its alias: plain, because on several hosts each must know the addresses of all. */
export function synaxicPlacement(
  hosts: readonly { readonly name: string }[],
  args: Pick<SynaxicArgs, "members" | "etcd" | "sentinels" | "balancers">,
): Readonly<Record<string, string>> {
  const { members, etcd, sentinels } = args;
  return Object.fromEntries([
    ...fencedHosts(members).map((host) => [fenceAlias(DATABASE, host), host]),
    ...[...etcd, ...sentinels].map(({ name, host }) => [name, host]),
    ...members.flatMap(({ name, host }) =>
      Object.values(aliases).map((alias) => [alias(name), host]),
    ),
    ...toldToAll(hosts, args).flatMap(({ name, host }) => [
      [name, host],
      [proxyOf(name), host],
    ]),
    ...["prometheus", "grafana"].map((alias) => [alias, hosts[0]!.name]),
  ]);
}
