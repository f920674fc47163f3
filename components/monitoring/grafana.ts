import * as pulumi from "@pulumi/pulumi";
import type { FileSpec, WorkloadSpec } from "../platform/platform.ts";
import { dashboards, type Dashboard } from "./dashboards.ts";
import { toYaml } from "./yaml.ts";

/** Not from Debian, so pinned; whoever has a registry of their own gives another reference. */
export const grafanaImage = "grafana/grafana:12.2.0";

export interface GrafanaSpecArgs {
  readonly host: string;
  readonly port: number;
  readonly admin: { readonly user: string; readonly password: pulumi.Input<string> };
  readonly statistics: { readonly user: string; readonly password: pulumi.Input<string> };
  /** What is scraped: there are dashboards about it, and about nothing else. */
  readonly jobs: readonly string[];
  readonly files: Readonly<Record<string, FileSpec>>;
}

const folder = "/etc/synfleet";

/**
 * Grafana over HTTPS with Prometheus as its source and dashboards about what is scraped. All passwords are files:
 * `$__file{}` is Grafana's own notation.
 */
export function grafanaSpec(args: GrafanaSpecArgs): WorkloadSpec {
  return {
    alias: "grafana",
    host: args.host,
    image: { reference: grafanaImage },
    command: [`--config=${folder}/grafana.ini`],
    files: {
      ...args.files,
      "grafana.ini": { content: grafanaIni(args.admin.user) },
      "provisioning/datasources/prometheus.yaml": { content: dataSource(args.statistics.user) },
      "provisioning/dashboards/synfleet.yaml": { content: dashboardProvider },
      ...Object.fromEntries(dashboards(args.jobs).map(dashboardFile)),
      "secrets/admin_password": { content: args.admin.password, secret: true },
      "secrets/statistics_password": { content: args.statistics.password, secret: true },
    },
    volumes: [{ name: "data", path: "/var/lib/grafana" }],
    ports: [{ internal: 3000, published: args.port, peers: false }],
    limits: { memoryMiB: 512, cpus: 1 },
    stopSeconds: 15,
    health: [
      "curl",
      "--silent",
      "--fail",
      "--cacert",
      `${folder}/tls/ca.crt`,
      "https://localhost:3000/api/health",
    ],
    reloads: false,
  };
}

export function grafanaIni(user: string): string {
  return `[server]
protocol = https
cert_file = ${folder}/tls/node.crt
cert_key = ${folder}/tls/node.key

[paths]
data = /var/lib/grafana
logs = /tmp/grafana
provisioning = ${folder}/provisioning

[security]
admin_user = ${user}
admin_password = $__file{${folder}/secrets/admin_password}

[analytics]
reporting_enabled = false
check_for_updates = false
`;
}

function dataSource(user: string): string {
  return toYaml({
    apiVersion: 1,
    datasources: [
      {
        name: "Prometheus",
        type: "prometheus",
        access: "proxy",
        url: "https://prometheus:9090",
        isDefault: true,
        basicAuth: true,
        basicAuthUser: user,
        jsonData: { tlsAuthWithCACert: true },
        secureJsonData: {
          basicAuthPassword: `$__file{${folder}/secrets/statistics_password}`,
          tlsCACert: `$__file{${folder}/tls/ca.crt}`,
        },
      },
    ],
  });
}

const dashboardProvider = toYaml({
  apiVersion: 1,
  providers: [
    {
      name: "synfleet",
      folder: "Synfleet",
      type: "file",
      options: { path: `${folder}/dashboards` },
    },
  ],
});

function dashboardFile(dashboard: Dashboard): [string, FileSpec] {
  return [`dashboards/${dashboard.uid}.json`, { content: pulumi.output(rendered(dashboard)) }];
}

/** A stack without Grafana does not wait for the library that renders. */
export async function rendered(dashboard: Dashboard): Promise<string> {
  const { dashboardJson } = await import("./dashboards/render.ts");
  return dashboardJson(dashboard);
}
