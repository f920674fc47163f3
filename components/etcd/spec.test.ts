import { expect, test } from "vitest";
import { etcdJob, etcdMetricsPort, etcdSpec } from "./spec.ts";

const spec = (members: readonly string[]) =>
  etcdSpec({
    ...{ name: "etcd2", host: "alpha", token: "consensus", files: {} },
    members: members.map((name) => ({ name })),
  });

test("a member keeps its data in a volume, and only the other workloads reach it", () => {
  expect(spec(["etcd1", "etcd2", "etcd3"])).toMatchObject({
    alias: "etcd2",
    host: "alpha",
    image: { stage: "etcd" },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: 2379 }, { internal: 2380 }],
  });
});

test("who may read its figures and not the rest has a port for that alone", () => {
  const watched = (metricsPort: number) =>
    etcdSpec({
      ...{ name: "etcd1", host: "alpha", token: "consensus", files: {} },
      ...{ members: [{ name: "etcd1" }], metricsPort },
    });
  const watcher = { series: {}, watch: () => undefined };
  const own = watched(etcdMetricsPort({ watcher }));
  expect(etcdJob({ watcher }, [{ name: "etcd1" }])).toEqual({
    ...{ name: "etcd", targets: [{ host: "etcd1", port: 2381 }], access: "common-name" },
  });
  expect(own.ports).toEqual([{ internal: 2379 }, { internal: 2380 }, { internal: 2381 }]);
  expect(own.files["etcd.yml"]!.content).toContain("listen-metrics-urls: https://0.0.0.0:2381\n");
  expect(etcdJob({}, [{ name: "etcd1" }])).toEqual({
    ...{ name: "etcd", targets: [{ host: "etcd1", port: 2379 }], access: "certificate" },
  });
  const plain = watched(etcdMetricsPort({}));
  expect(plain.ports).toHaveLength(2);
  expect(plain.files["etcd.yml"]!.content).not.toContain("metrics-urls");
});

test("every member is told who joined", () => {
  const members = [
    { name: "etcd1" },
    { name: "etcd2", joins: true },
    { name: "etcd3", joins: true },
  ];
  for (const { name } of members) {
    const { files } = etcdSpec({ name, host: "alpha", members, token: "consensus", files: {} });
    expect(files["joined"]).toEqual({ content: "etcd2\netcd3\n" });
  }
  expect(spec(["etcd1", "etcd2", "etcd3"]).files).not.toHaveProperty("joined");
});

test("its configuration names every member and the cluster's token", () => {
  const { content } = spec(["etcd1", "etcd2", "etcd3"]).files["etcd.yml"]!;
  for (const text of ["etcd1", "etcd2", "etcd3", "consensus"]) expect(content).toContain(text);
});
