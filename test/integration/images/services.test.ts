import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdConf } from "../../../components/etcd/conf.ts";
import {
  exporterWebYml,
  nodeExporterArguments,
  postgresExporterArguments,
  postgresExporterSource,
  prometheusCurlConfig,
  prometheusWebYml,
} from "../../../components/monitoring/prometheus.ts";
import { Bench, until, type ConfigFile } from "./bench.ts";

const bench = new Bench();
beforeAll(() => bench.start());
afterAll(() => bench.stop(), 60_000);

const ready = (name: string) => bench.exec(name, "ready");
const members = [{ name: "etcd1" }, { name: "etcd2" }, { name: "etcd3" }];

describe.sequential("etcd", () => {
  const files = (name: string, electionTimeoutMs = 2500): ConfigFile[] => [
    { path: "etcd.yml", content: etcdConf({ name, members, token: "test", electionTimeoutMs }) },
  ];

  test("elects a leader, over TLS on both ports", async () => {
    for (const { name } of members) {
      await bench.container(name, "etcd", [...(await bench.certificate(name)), ...files(name)]);
    }
    for (const { name } of members) {
      await until(async () => (await ready(name)).code === 0, `${name} to be ready`);
      expect((await bench.exec(name, "healthy")).code).toBe(0);
    }
  });

  test("asks for a restart when its configuration changed, and only then", async () => {
    expect(await bench.exec("etcd1", "apply")).toEqual({ code: 0, output: "" });
    await bench.write("etcd1", "etcd", await bench.certificate("etcd1"));
    expect(await bench.exec("etcd1", "apply")).toEqual({ code: 0, output: "" });
    await bench.write("etcd1", "etcd", files("etcd1", 3000));
    expect((await bench.exec("etcd1", "apply")).code).toBe(10);
  });

  test("without a quorum is healthy and not ready", async () => {
    await bench.docker("kill", bench.name("etcd2"), bench.name("etcd3"));
    await until(async () => (await ready("etcd1")).code === 1, "etcd1 to notice");
    expect((await ready("etcd1")).output).toContain("etcd does not commit");
    expect((await bench.exec("etcd1", "healthy")).code).toBe(0);
  });
});

describe.sequential("metrics", () => {
  test("of the host, for those with a certificate", async () => {
    await bench.container("node-exporter", "node-exporter", [
      ...(await bench.certificate("node-exporter")),
      { path: "web.yml", content: exporterWebYml({ alias: "node-exporter" }) },
      { path: "arguments", content: nodeExporterArguments() },
    ]);
    await until(async () => (await ready("node-exporter")).code === 0, "the exporter");
    expect(await bench.exec("node-exporter", "apply")).toEqual({ code: 0, output: "" });
  });

  test("of PostgreSQL, also while it is away", async () => {
    await bench.container("postgres-exporter1", "postgres-exporter", [
      ...(await bench.certificate("postgres-exporter1")),
      { path: "web.yml", content: exporterWebYml({ alias: "postgres-exporter1" }) },
      { path: "arguments", content: postgresExporterArguments() },
      {
        path: "data_source_uri",
        content: postgresExporterSource({ member: "postgres1", database: "synapsedb" }),
      },
    ]);
    await until(async () => (await ready("postgres-exporter1")).code === 0, "the exporter");
  });

  test("are kept by Prometheus, which reloads", async () => {
    // "secret", hashed once.
    const bcryptHash = "$2b$05$.amyjoj2DUXb/A58holDmexKfSCrRvOuTWu6n3dNbPSrzWehdazY6";
    const prometheusYml = { path: "prometheus.yml", content: "global:\n  scrape_interval: 15s\n" };
    await bench.container("prometheus", "prometheus", [
      ...(await bench.certificate("prometheus")),
      prometheusYml,
      {
        path: "web.yml",
        content: prometheusWebYml({ user: "prometheus", bcryptHash }),
        secret: true,
      },
      {
        path: "secrets/curl",
        content: prometheusCurlConfig({ user: "prometheus", password: "secret" }),
        secret: true,
      },
    ]);
    await until(async () => (await ready("prometheus")).code === 0, "Prometheus");
    await bench.write("prometheus", "prometheus", [
      { ...prometheusYml, content: "global:\n  scrape_interval: 5s\n" },
    ]);
    expect(await bench.exec("prometheus", "apply")).toEqual({ code: 0, output: "" });
    await bench.write("prometheus", "prometheus", [{ ...prometheusYml, content: "nonsense: 1\n" }]);
    expect(await bench.exec("prometheus", "apply")).toMatchObject({
      code: 1,
      output: expect.stringContaining("the running one is kept"),
    });
  });
});
