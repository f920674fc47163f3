import * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import {
  exporterWebYml,
  nodeExporterArguments,
  postgresExporterArguments,
  postgresExporterSource,
  prometheusArguments,
  prometheusCurlConfig,
  prometheusWebYml,
  prometheusYml,
  type PrometheusArgs,
} from "./prometheus.ts";
import { rulesYml, type RulesArgs } from "./rules.ts";

export const PROMETHEUS_PORT = 9090;
export const POSTGRES_EXPORTER_PORT = 9187;
export const NODE_EXPORTER_PORT = 9100;

/** Name of the exporter that watches a host. */
export function nodeExporterAlias(host: string): string {
  return `node-exporter-${host}`;
}

type Files = Readonly<Record<string, FileSpec>>;

/** What every part of the monitoring has in common. */
function base(alias: string, host: string, files: Files) {
  return {
    alias,
    host,
    files,
    volumes: [],
    ports: [],
    stopSeconds: 10,
    health: ["/usr/local/bin/healthy"],
  };
}

/** A small service beside a part, which tells Prometheus about it. */
export interface Exporter {
  /** Value of the `job` label of its series. */
  readonly job: string;
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  /** The member that it watches. */
  readonly member?: string;
  /** @param files its certificate */
  readonly spec: (files: Files) => WorkloadSpec;
}

/** Watches one PostgreSQL member, as role synfleet_monitor by certificate. */
export function postgresExporter(args: {
  readonly alias: string;
  readonly member: string;
  /** Host on which it runs, best that of its member. Changing it makes a new container. */
  readonly host: string;
  readonly database: string;
}): Exporter {
  const { alias, host, member } = args;
  return {
    ...{ job: "postgres", alias, host, member, port: POSTGRES_EXPORTER_PORT },
    spec: (files) => ({
      ...base(alias, host, {
        ...files,
        "web.yml": { content: exporterWebYml({ alias }) },
        data_source_uri: { content: postgresExporterSource(args) },
        arguments: { content: postgresExporterArguments() },
      }),
      image: { stage: "postgres-exporter" },
      ports: [{ internal: POSTGRES_EXPORTER_PORT }],
      limits: { memoryMiB: 128, cpus: 0.5 },
    }),
  };
}

export function nodeExporterSpec(args: {
  readonly host: string;
  readonly files: Files;
}): WorkloadSpec {
  const alias = nodeExporterAlias(args.host);
  return {
    ...base(alias, args.host, {
      ...args.files,
      "web.yml": { content: exporterWebYml({ alias }) },
      arguments: { content: nodeExporterArguments({ rootDirectory: "/host" }) },
    }),
    image: { stage: "node-exporter" },
    hostMounts: [{ hostPath: "/", path: "/host" }],
    ports: [{ internal: NODE_EXPORTER_PORT }],
    limits: { memoryMiB: 128, cpus: 0.5 },
  };
}

export interface PrometheusSpecArgs {
  readonly host: string;
  readonly port: number;
  readonly scrape: PrometheusArgs;
  /** Hosts, by name, of targets elsewhere that the platform does not make known to all. */
  readonly calls?: Readonly<Record<string, string>>;
  readonly rules: RulesArgs;
  /** Opens the managers' metrics, where there are managers. */
  readonly managerToken?: pulumi.Input<string> | undefined;
  readonly statistics: {
    readonly user: string;
    readonly password: pulumi.Input<string>;
    readonly bcryptHash: pulumi.Input<string>;
  };
  readonly files: Files;
}

export function prometheusSpec(args: PrometheusSpecArgs): WorkloadSpec {
  const { user, password, bcryptHash } = args.statistics;
  const secret = (content: pulumi.Input<string>): FileSpec => ({ content, secret: true });
  return {
    ...base("prometheus", args.host, {
      ...args.files,
      "prometheus.yml": { content: prometheusYml(args.scrape) },
      "rules.yml": { content: rulesYml(args.rules) },
      arguments: { content: prometheusArguments({}) },
      "web.yml": secret(
        pulumi.output(bcryptHash).apply((hash) => prometheusWebYml({ user, bcryptHash: hash })),
      ),
      "secrets/curl": secret(
        pulumi.output(password).apply((text) => prometheusCurlConfig({ user, password: text })),
      ),
      "secrets/statistics_password": secret(password),
      ...(args.managerToken && { "secrets/manager_token": secret(args.managerToken) }),
    }),
    image: { stage: "prometheus" },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: PROMETHEUS_PORT, published: args.port }],
    ...(args.calls && { calls: args.calls }),
    limits: { memoryMiB: 512, cpus: 1 },
    stopSeconds: 30,
  };
}
