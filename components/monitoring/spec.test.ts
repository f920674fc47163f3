import { expect, test } from "vitest";
import type { WorkloadSpec } from "../platform/platform.ts";
import { grafanaSpec } from "./grafana.ts";
import { nodeExporterSpec, postgresExporter, prometheusSpec } from "./spec.ts";

const statistics = { user: "watcher", password: "s3cret", bcryptHash: "$2a$hash" };
const prometheus = prometheusSpec({
  host: "alpha",
  port: 9091,
  scrape: {
    cluster: "orders",
    statisticsUser: "watcher",
    jobs: [],
  },
  rules: { jobs: [] },
  managerToken: "t0ken",
  statistics,
  files: {},
});
const grafana = grafanaSpec({
  host: "alpha",
  port: 3001,
  admin: { user: "admin", password: "adm1n" },
  statistics,
  jobs: [],
  files: {},
});
const secretFiles = ({ files }: WorkloadSpec) =>
  Object.keys(files)
    .filter((path) => files[path]!.secret)
    .sort();

test("Prometheus keeps its series in a volume, and every password in a secret file", () => {
  expect(prometheus).toMatchObject({
    alias: "prometheus",
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: 9090, published: 9091 }],
  });
  expect(secretFiles(prometheus)).toEqual([
    "secrets/curl",
    "secrets/manager_token",
    "secrets/statistics_password",
    "web.yml",
  ]);
});

test("Grafana is another's image, which is restarted for a change and gets its passwords as files", () => {
  expect(grafana).toMatchObject({
    image: { reference: expect.stringMatching(/^grafana\/grafana:\d+\.\d+\.\d+$/) },
    reloads: false,
    ports: [{ internal: 3000, published: 3001 }],
  });
  expect(secretFiles(grafana)).toEqual(["secrets/admin_password", "secrets/statistics_password"]);
  const open = Object.entries(grafana.files).filter(([, { secret }]) => !secret);
  expect(JSON.stringify(open)).not.toMatch(/s3cret|adm1n/);
});

test("exporters have nothing to keep and no port for clients", () => {
  const exporter = postgresExporter({
    alias: "postgres-exporter3",
    member: "postgres3",
    host: "alpha",
    database: "orders",
  }).spec({});
  const node = nodeExporterSpec({ host: "alpha", files: {} });
  expect([exporter.alias, node.alias]).toEqual(["postgres-exporter3", "node-exporter-alpha"]);
  expect([exporter.ports, node.ports]).toEqual([[{ internal: 9187 }], [{ internal: 9100 }]]);
  expect([...exporter.volumes, ...node.volumes]).toEqual([]);
  expect([...secretFiles(exporter), ...secretFiles(node)]).toEqual([]);
  expect(node.hostMounts).toEqual([{ hostPath: "/", path: "/host" }]);
});
