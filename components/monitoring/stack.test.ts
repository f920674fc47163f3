import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deploy, listed, providerOutputs } from "../../test/support/deploy.ts";
import { RecordingPlatform } from "../../test/support/platform.ts";
import { CertificateAuthority } from "../pki/authority.ts";
import { postgresExporter } from "./spec.ts";
import { MonitoringStack, type MonitoringStackArgs } from "./stack.ts";
import type { Watched, Watcher } from "./watcher.ts";

async function render(changes: Partial<MonitoringStackArgs> = {}, watcher?: Watcher) {
  const platform = Object.assign(new RecordingPlatform(["alpha", "beta"]), { watcher });
  let stack: MonitoringStack | undefined;
  const resources = await deploy(
    () => {
      const authority = new CertificateAuthority("authority", { commonName: "orders" });
      stack = new MonitoringStack("monitoring", {
        platform,
        authority,
        host: "alpha",
        ports: { prometheus: 9091, grafana: 3001 },
        cluster: "orders",
        exporters: [
          postgresExporter({
            ...{ alias: "postgres-exporter4", member: "left", host: "alpha", database: "orders" },
          }),
          postgresExporter({
            ...{ alias: "postgres-exporter9", member: "right", host: "beta", database: "orders" },
          }),
        ],
        jobs: [
          { name: "etcd", targets: [{ host: "etcd2", port: 2379 }], access: "certificate" },
          { name: "app", targets: [{ host: "app", port: 1 }], access: "certificate", path: "/m" },
        ],
        managerToken: "t0ken",
        statistics: { user: "watcher", password: "s3cret", bcryptHash: "$2a$hash" },
        ...changes,
      });
    },
    { outputs: providerOutputs },
  );
  return { platform, resources, stack: stack! };
}

describe("MonitoringStack", () => {
  test("has an exporter a member on its host, one a host, and Prometheus", async () => {
    const { platform, resources, stack } = await render();
    expect(platform.asked.map(({ name, spec }) => [name, spec.host])).toEqual([
      ["postgres-exporter4", "alpha"],
      ["postgres-exporter9", "beta"],
      ["node-exporter-alpha", "alpha"],
      ["node-exporter-beta", "beta"],
      ["prometheus", "alpha"],
    ]);
    expect(listed(resources).filter((line) => /^(Workload|Certificate) /.test(line))).toEqual(
      platform.asked.flatMap(({ name }) => [`Workload ${name}`, `Certificate ${name}-tls`]).sort(),
    );
    expect(stack.prometheusUrl).toBe("https://alpha.example:9091");
    expect(stack.grafanaUrl).toBeUndefined();
    expect(stack.workloads).toHaveLength(5);
  });

  test("scrapes every part by its alias", async () => {
    const { platform } = await render();
    const { files } = platform.asked.at(-1)!.spec;
    const text = files["prometheus.yml"]!.content as string;
    const targets = ["etcd2:2379", "app:1", "postgres-exporter9:9187"];
    for (const target of [...targets, "node-exporter-beta:9100"]) expect(text).toContain(target);
    expect(text).toContain('metrics_path: "/m"');
  });

  test("needs no order, since none of its parts needs another", async () => {
    const { platform } = await render();
    for (const { after, peers } of Object.values(platform.order())) {
      expect([after, peers]).toEqual([[], undefined]);
    }
  });

  test("has Grafana when it gets an administrator", async () => {
    const { platform, stack } = await render({ grafana: { user: "admin", password: "adm1n" } });
    expect(platform.asked.at(-1)!.name).toBe("grafana");
    expect(stack.grafanaUrl).toBe("https://alpha.example:3001");
    expect(platform.secretFiles("grafana")).toEqual([
      "secrets/admin_password",
      "secrets/statistics_password",
      "tls/node.key",
    ]);
  });

  test("tells a Prometheus of the platform's what its own would watch, and has none", async () => {
    const told: [name: string, watched: Watched][] = [];
    const series = { namespace: "orders" };
    const watcher: Watcher = { series, watch: (name, watched) => void told.push([name, watched]) };
    const { platform, resources, stack } = await render({}, watcher);
    expect(platform.asked.map(({ name }) => name)).toEqual([
      ...["postgres-exporter4", "postgres-exporter9"],
      ...["node-exporter-alpha", "node-exporter-beta"],
    ]);
    expect(stack.prometheusUrl).toBeUndefined();
    const [[name, watched], ...others] = told as [(typeof told)[0]];
    expect([name, others]).toEqual(["monitoring", []]);
    expect(watched.jobs.map((job) => [job.name, job.targets.map(({ host }) => host)])).toEqual([
      ["etcd", ["etcd2"]],
      ["app", ["app"]],
      ["postgres", ["postgres-exporter4", "postgres-exporter9"]],
      ["node", ["node-exporter-alpha", "node-exporter-beta"]],
    ]);
    expect(Object.keys(watched.dashboards)).toHaveLength(4);
    // The name by which exporters admit it.
    const request = resources.find(({ name }) => name === "prometheus-tls-request")!;
    expect(request.inputs).toMatchObject({ subject: { commonName: "prometheus" } });
    expect(request.inputs["dnsNames"]).toEqual(["prometheus"]);
  });

  test("has no Grafana beside a Prometheus of the platform's", async () => {
    const watcher: Watcher = { series: {}, watch: () => undefined };
    const grafana = { user: "admin", password: "adm1n" };
    await expect(render({ grafana }, watcher)).rejects.toThrow(/grafana: got one, .*Leave it out/);
  });

  test("gives Grafana dashboards about what is scraped", async () => {
    const { platform } = await render({ grafana: { user: "admin", password: "adm1n" } });
    const { files } = platform.asked.at(-1)!.spec;
    const named = Object.keys(files).filter((path) => path.startsWith("dashboards/"));
    expect(named).toEqual(
      ["postgres", "etcd", "app", "host", "monitoring"].map(
        (name) => `dashboards/synfleet-${name}.json`,
      ),
    );
    expect(files["provisioning/dashboards/synfleet.yaml"]!.content).toContain(
      'path: "/etc/synfleet/dashboards"',
    );
    const text = await new Promise<string>((resolve) => {
      pulumi.output(files["dashboards/synfleet-etcd.json"]!.content).apply(resolve);
    });
    expect(JSON.parse(text)).toMatchObject({ title: "etcd", uid: "synfleet-etcd" });
  });
});
