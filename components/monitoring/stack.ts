import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload, WorkloadSpec } from "../platform/platform.ts";
import { grafanaSpec } from "./grafana.ts";
import type { PrometheusArgs } from "./prometheus.ts";
import {
  NODE_EXPORTER_PORT,
  nodeExporterAlias,
  nodeExporterSpec,
  POSTGRES_EXPORTER_PORT,
  postgresExporterAlias,
  postgresExporterSpec,
  prometheusSpec,
  type PrometheusSpecArgs,
} from "./spec.ts";

export interface MonitoringStackArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** Host of Prometheus and Grafana. Changing it starts them with empty volumes there. */
  readonly host: string;
  /** Ports of that host. Changing one replaces that container. */
  readonly ports: { readonly prometheus: number; readonly grafana: number };
  /** Added to alerts, to tell clusters apart. Reload. */
  readonly cluster: string;
  /** Members to watch, an exporter for each. */
  readonly members: readonly {
    readonly name: string;
    readonly number: number;
    readonly host: string;
  }[];
  readonly database: string;
  /** What else to scrape, by alias. Reload. */
  readonly managers: readonly {
    readonly alias: string;
    readonly member: string;
    readonly port: number;
  }[];
  readonly etcd: readonly string[];
  readonly balancers: readonly { readonly alias: string; readonly port: number }[];
  readonly managerToken: pulumi.Input<string>;
  /** Opens the balancer's statistics, and Prometheus itself. Reload. */
  readonly statistics: PrometheusSpecArgs["statistics"];
  /** Grafana's administrator. Without it there is no Grafana. @default - none */
  readonly grafana?: { readonly user: string; readonly password: pulumi.Input<string> } | undefined;
}

/** Prometheus with alert rules, an exporter for each member and each host, and Grafana where it is wanted. */
export class MonitoringStack extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:monitoring:MonitoringStack";
  readonly prometheusUrl: string;
  readonly grafanaUrl: string | undefined;
  readonly workloads: readonly Workload[];

  constructor(name: string, args: MonitoringStackArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      MonitoringStack.__pulumiType,
      name,
      { host: args.host, grafana: args.grafana !== undefined },
      options,
    );
    const { platform, members } = args;
    const files = (alias: string, host: string) =>
      issue({ ...args, alias, hosts: [host] }, { parent: this }).files();
    const workloads: Workload[] = [];
    const run = (spec: WorkloadSpec) =>
      workloads.push(platform.workload(spec.alias, spec, { parent: this }));

    for (const member of members) {
      const alias = postgresExporterAlias(member.number);
      run(
        postgresExporterSpec({
          number: member.number,
          member: member.name,
          host: member.host,
          database: args.database,
          files: files(alias, member.host),
        }),
      );
    }
    for (const host of platform.hosts) {
      run(nodeExporterSpec({ host, files: files(nodeExporterAlias(host), host) }));
    }
    run(
      prometheusSpec({
        host: args.host,
        port: args.ports.prometheus,
        scrape: scrapeTargets(args),
        rules: { etcdMembers: args.etcd.length },
        managerToken: args.managerToken,
        statistics: args.statistics,
        files: files("prometheus", args.host),
      }),
    );
    if (args.grafana) {
      run(
        grafanaSpec({
          host: args.host,
          port: args.ports.grafana,
          admin: args.grafana,
          statistics: args.statistics,
          files: files("grafana", args.host),
        }),
      );
      this.grafanaUrl = `https://${platform.endpoint(args.host, args.ports.grafana)}`;
    }
    this.workloads = workloads;
    this.prometheusUrl = `https://${platform.endpoint(args.host, args.ports.prometheus)}`;
    this.registerOutputs({ prometheusUrl: this.prometheusUrl, grafanaUrl: this.grafanaUrl });
  }
}

function scrapeTargets(args: MonitoringStackArgs): PrometheusArgs {
  return {
    cluster: args.cluster,
    statisticsUser: args.statistics.user,
    managers: args.managers.map(({ alias, member, port }) => ({ host: alias, port, member })),
    etcd: args.etcd.map((host) => ({ host, port: 2379 })),
    balancers: args.balancers.map(({ alias, port }) => ({ host: alias, port })),
    postgresExporters: args.members.map(({ name, number }) => ({
      host: postgresExporterAlias(number),
      port: POSTGRES_EXPORTER_PORT,
      member: name,
    })),
    nodeExporters: args.platform.hosts.map((host) => ({
      host: nodeExporterAlias(host),
      port: NODE_EXPORTER_PORT,
    })),
  };
}
