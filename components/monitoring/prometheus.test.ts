import { describe, expect, test } from "vitest";
import {
  type PrometheusArgs,
  exporterWebYml,
  nodeExporterArguments,
  postgresExporterArguments,
  postgresExporterSource,
  prometheusArguments,
  prometheusCurlConfig,
  prometheusWebYml,
  prometheusYml,
} from "./prometheus.ts";
import { toYaml } from "./yaml.ts";

const args: PrometheusArgs = {
  cluster: "synapsedb",
  jobs: [
    {
      name: "manager",
      targets: [{ host: "manager1", port: 8080, member: "postgres1" }],
      access: "manager-token",
    },
    { name: "etcd", targets: [{ host: "etcd1", port: 2379 }], access: "certificate" },
    { name: "balancer", targets: [{ host: "balancer", port: 8404 }], access: "statistics" },
    {
      name: "postgres",
      targets: [{ host: "postgres-exporter1", port: 9187, member: "postgres1" }],
      access: "certificate",
    },
    { name: "node", targets: [], access: "certificate" },
  ],
  statisticsUser: "statistics",
};

test("prometheusYml", () => {
  expect(prometheusYml(args)).toMatchInlineSnapshot(`
    "global:
      scrape_interval: "15s"
      scrape_timeout: "10s"
      evaluation_interval: "15s"
      external_labels:
        cluster: "synapsedb"
    rule_files:
      - "/etc/synfleet/rules.yml"
    scrape_configs:
      - job_name: "manager"
        scheme: "https"
        honor_labels: true
        authorization:
          type: "Bearer"
          credentials_file: "/etc/synfleet/secrets/manager_token"
        tls_config:
          ca_file: "/etc/synfleet/tls/ca.crt"
          min_version: "TLS12"
        static_configs:
          - targets:
              - "manager1:8080"
            labels:
              instance: "manager1"
              member: "postgres1"
      - job_name: "etcd"
        scheme: "https"
        tls_config:
          ca_file: "/etc/synfleet/tls/ca.crt"
          min_version: "TLS12"
          cert_file: "/etc/synfleet/tls/node.crt"
          key_file: "/etc/synfleet/tls/node.key"
        static_configs:
          - targets:
              - "etcd1:2379"
            labels:
              instance: "etcd1"
      - job_name: "balancer"
        scheme: "https"
        basic_auth:
          username: "statistics"
          password_file: "/etc/synfleet/secrets/statistics_password"
        tls_config:
          ca_file: "/etc/synfleet/tls/ca.crt"
          min_version: "TLS12"
        static_configs:
          - targets:
              - "balancer:8404"
            labels:
              instance: "balancer"
      - job_name: "postgres"
        scheme: "https"
        tls_config:
          ca_file: "/etc/synfleet/tls/ca.crt"
          min_version: "TLS12"
          cert_file: "/etc/synfleet/tls/node.crt"
          key_file: "/etc/synfleet/tls/node.key"
        static_configs:
          - targets:
              - "postgres-exporter1:9187"
            labels:
              instance: "postgres-exporter1"
              member: "postgres1"
      - job_name: "prometheus"
        scheme: "https"
        basic_auth:
          username: "statistics"
          password_file: "/etc/synfleet/secrets/statistics_password"
        tls_config:
          ca_file: "/etc/synfleet/tls/ca.crt"
          min_version: "TLS12"
        static_configs:
          - targets:
              - "prometheus:9090"
            labels:
              instance: "prometheus"
    "
  `);
});

test("every scrape is verified HTTPS, and a part that is not there is not asked", () => {
  const text = prometheusYml(args);
  const jobs = text.split("\n").filter((line) => line.includes("job_name"));
  expect(jobs.length).toBe(5);
  expect(text.match(/scheme: "https"/g)?.length).toBe(5);
  expect(text.match(/ca_file/g)?.length).toBe(5);
  expect(text).not.toContain("insecure_skip_verify");
  expect(text).not.toContain('job_name: "node"');
});

test("a short interval shortens the time-out with it", () => {
  const text = prometheusYml({ ...args, scrapeIntervalSeconds: 5 });
  expect(text).toContain('scrape_timeout: "5s"');
});

describe("files beside it", () => {
  test("prometheusWebYml", () => {
    expect(prometheusWebYml({ user: "statistics", bcryptHash: "$2b$10$hash" }))
      .toMatchInlineSnapshot(`
      "tls_server_config:
        cert_file: "/etc/synfleet/tls/node.crt"
        key_file: "/etc/synfleet/tls/node.key"
        min_version: "TLS12"
      basic_auth_users:
        statistics: "$2b$10$hash"
      "
    `);
  });

  test("exporterWebYml admits Prometheus and the exporter itself", () => {
    expect(exporterWebYml({ alias: "node-exporter" })).toMatchInlineSnapshot(`
      "tls_server_config:
        cert_file: "/etc/synfleet/tls/node.crt"
        key_file: "/etc/synfleet/tls/node.key"
        min_version: "TLS12"
        client_auth_type: "RequireAndVerifyClientCert"
        client_ca_file: "/etc/synfleet/tls/ca.crt"
        client_allowed_sans:
          - "prometheus"
          - "node-exporter"
      "
    `);
  });

  test("postgresExporterSource has no password", () => {
    expect(postgresExporterSource({ member: "postgres2", database: "orders" }))
      .toMatchInlineSnapshot(`
      "postgres2:5432/orders?sslmode=verify-full&sslrootcert=/etc/synfleet/tls/ca.crt&sslcert=/etc/synfleet/tls/node.crt&sslkey=/etc/synfleet/tls/node.key&connect_timeout=3
      "
    `);
  });

  test("arguments", () => {
    expect(
      [
        prometheusArguments({ retentionDays: 3, externalUrl: "https://localhost:9090" }),
        postgresExporterArguments(),
        nodeExporterArguments({ rootDirectory: "/host" }),
      ].join("\n"),
    ).toMatchInlineSnapshot(`
      "--storage.tsdb.retention.time=3d
      --storage.tsdb.retention.size=2048MB
      --web.external-url=https://localhost:9090

      --collector.database_wraparound
      --collector.long_running_transactions
      --no-collector.stat_user_tables
      --no-collector.statio_user_tables
      --disable-settings-metrics
      --log.level=warn

      --path.rootfs=/host
      --collector.disable-defaults
      --collector.cpu
      --collector.diskstats
      --collector.filesystem
      --collector.loadavg
      --collector.meminfo
      --collector.netdev
      --collector.stat
      --collector.time
      --collector.timex
      --log.level=warn
      "
    `);
  });

  test("prometheusCurlConfig quotes what curl would misread", () => {
    expect(prometheusCurlConfig({ user: "u", password: 'a"b\\c' })).toBe('user = "u:a\\"b\\\\c"\n');
  });
});

test("toYaml keeps strings strings", () => {
  expect(toYaml({ a: "no", "b c": ["1e3", { d: 1, e: [] }], f: undefined, g: { h: true } })).toBe(
    ['a: "no"', '"b c":', '  - "1e3"', "  - d: 1", "    e: []", "g:", "  h: true", ""].join("\n"),
  );
});
