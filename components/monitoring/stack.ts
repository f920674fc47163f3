import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { Certificate } from "../pki/certificate.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload, WorkloadSpec } from "../platform/platform.ts";
import { grafanaSpec } from "./grafana.ts";
import { isScraped, type ScrapeJob } from "./prometheus.ts";
import type { RulesArgs } from "./rules.ts";
import { watched } from "./watched.ts";
import type { Watcher } from "./watcher.ts";
import {
  NODE_EXPORTER_PORT,
  nodeExporterAlias,
  nodeExporterSpec,
  prometheusSpec,
  type Exporter,
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
  /** What is watched by a service beside it. */
  readonly exporters: readonly Exporter[];
  /** What tells about itself. Reload. */
  readonly jobs: readonly ScrapeJob[];
  /** Hosts, by name, of targets elsewhere that the platform does not make known to all. Changing them replaces Prometheus' container. @default - none */
  readonly calls?: Readonly<Record<string, string>>;
  /** Limits of the alerts. Reload. */
  readonly rules?: Omit<RulesArgs, "jobs">;
  /** Opens the managers' metrics, where there are managers. Reload. */
  readonly managerToken?: pulumi.Input<string> | undefined;
  /** Opens the balancer's statistics, and Prometheus itself. Reload. */
  readonly statistics: PrometheusSpecArgs["statistics"];
  /** Grafana's administrator. Without it there is no Grafana. @default - none */
  readonly grafana?: { readonly user: string; readonly password: pulumi.Input<string> } | undefined;
}

/**
 * Prometheus with alert rules, an exporter for each member and each host, and Grafana with dashboards where wanted. Where the platform has a Prometheus that
 * watches its workloads, that one is told all of it instead.
 */
export class MonitoringStack extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:monitoring:MonitoringStack";
  /** Undefined where Prometheus is the platform's. */
  readonly prometheusUrl: string | undefined;
  readonly grafanaUrl: string | undefined;
  readonly workloads: readonly Workload[];

  constructor(name: string, args: MonitoringStackArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      MonitoringStack.__pulumiType,
      name,
      { host: args.host, grafana: args.grafana !== undefined },
      options,
    );
    const { platform } = args;
    const { watcher } = platform;
    if (watcher && args.grafana) throw new Error(NO_GRAFANA);
    const files = (alias: string, host: string) =>
      issue({ ...args, alias, hosts: [host] }, { parent: this }).files();
    const workloads: Workload[] = [];
    const run = (spec: WorkloadSpec) =>
      workloads.push(platform.workload(spec.alias, spec, { parent: this }));

    for (const exporter of args.exporters) {
      run(exporter.spec(files(exporter.alias, exporter.host)));
    }
    for (const host of platform.machines) {
      run(nodeExporterSpec({ host, files: files(nodeExporterAlias(host), host) }));
    }
    const jobs = scrapeJobs(args);
    if (watcher) this.#tell(name, watcher, { ...args, jobs });
    else {
      run(
        prometheusSpec({
          host: args.host,
          port: args.ports.prometheus,
          calls: {
            ...args.calls,
            ...Object.fromEntries(platform.machines.map((at) => [nodeExporterAlias(at), at])),
          },
          scrape: {
            cluster: args.cluster,
            statisticsUser: args.statistics.user,
            jobs,
          },
          rules: { ...args.rules, jobs: jobs.map((job) => job.name) },
          managerToken: args.managerToken,
          statistics: args.statistics,
          files: files(PROMETHEUS, args.host),
        }),
      );
      this.prometheusUrl = `https://${platform.endpoint(args.host, args.ports.prometheus, PROMETHEUS)}`;
    }
    if (args.grafana) {
      run(
        grafanaSpec({
          host: args.host,
          port: args.ports.grafana,
          admin: args.grafana,
          statistics: args.statistics,
          jobs: [...jobs.filter(isScraped).map((job) => job.name), "prometheus"],
          files: files("grafana", args.host),
        }),
      );
      this.grafanaUrl = `https://${platform.endpoint(args.host, args.ports.grafana, "grafana")}`;
    }
    this.workloads = workloads;
    this.registerOutputs({ prometheusUrl: this.prometheusUrl, grafanaUrl: this.grafanaUrl });
  }

  /** With the certificate that the deployment's own Prometheus has: parts admit it by that name. */
  #tell(name: string, watcher: Watcher, args: MonitoringStackArgs): void {
    const { authority, statistics, managerToken } = args;
    const child = { parent: this };
    const certificate = issue({ ...args, alias: PROMETHEUS, hosts: [] }, child);
    const bare = { commonName: PROMETHEUS, dnsNames: [], ipAddresses: [] };
    const isAsked = args.jobs.some(({ access }) => access === "common-name");
    const commonName = isAsked
      ? new Certificate(`${PROMETHEUS}-name-tls`, { authority, ...bare }, child)
      : undefined;
    const access = {
      ...{ authorityPem: authority.certificatePem, certificate, commonName },
      ...{ statistics, managerToken },
    };
    watcher.watch(name, watched({ ...args, access }, watcher.series), this);
  }
}

/** Name under which parts admit who watches them. */
const PROMETHEUS = "prometheus";

const NO_GRAFANA =
  "grafana: got one, with a platform whose own Prometheus watches; allowed: none, since a Grafana of its own is there as well and gets the dashboards. Leave it out.";

function nodes(machines: readonly string[]): ScrapeJob {
  const targets = machines.map((host) => ({
    host: nodeExporterAlias(host),
    port: NODE_EXPORTER_PORT,
  }));
  return { name: "node", targets, access: "certificate" };
}

/** What there is to scrape, a job for each kind of part. */
function scrapeJobs({ jobs, exporters, platform }: MonitoringStackArgs): readonly ScrapeJob[] {
  const kinds = [...new Set(exporters.map(({ job }) => job))];
  return [
    ...jobs,
    ...kinds.map((name): ScrapeJob => {
      const targets = exporters
        .filter(({ job }) => job === name)
        .map(({ alias, port, member }) => ({ host: alias, port, ...(member && { member }) }));
      return { name, targets, access: "certificate" };
    }),
    ...(platform.machines.length === 0 ? [] : [nodes(platform.machines)]),
  ];
}
