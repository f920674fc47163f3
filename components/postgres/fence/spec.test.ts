import { expect, test } from "vitest";
import type { SharedVolume } from "../../platform/platform.ts";
import { fenceConf } from "./conf.ts";
import { fencedBeside, fenceSpec, fencedHosts, type FenceSpecArgs } from "./spec.ts";

const locks: SharedVolume = { name: "orders-locks", host: "alpha", made: undefined! };
const args: FenceSpecArgs = {
  cluster: "orders",
  host: "alpha",
  members: ["main"],
  etcd: ["etcd1"],
  leaseSeconds: 30,
  locks,
  files: { "tls/ca.crt": { content: "CA" } },
};

test("the fence of a host sees the locks of its members, and nothing else of them", () => {
  expect(fenceSpec(args)).toEqual({
    alias: "orders-fence-alpha",
    host: "alpha",
    image: { stage: "fence" },
    files: { "tls/ca.crt": { content: "CA" }, "fence.conf": { content: fenceConf(args) } },
    volumes: [{ name: "locks", path: "/var/lib/synfleet-fence", shared: locks }],
    ports: [],
    limits: { memoryMiB: 64, cpus: 0.5 },
    stopSeconds: 5,
    health: ["/usr/local/bin/healthy"],
  });
});

test("a fence beside its member sees the lock on the member's own volume, and neither its data nor its password", () => {
  const { files, volumes, companions } = fencedBeside(args);
  expect(files).toEqual({ "fence.conf": { content: fenceConf(args) } });
  expect(volumes).toEqual([{ name: "locks", path: "/var/lib/synfleet-fence", within: "data" }]);
  expect(companions).toEqual([
    {
      name: "fence",
      image: { stage: "fence" },
      files: ["fence.conf", "tls"],
      volumes: ["locks"],
      limits: { memoryMiB: 64, cpus: 0.5 },
      health: ["/usr/local/bin/healthy"],
    },
  ]);
  expect(fencedBeside(undefined)).toEqual({ files: {}, volumes: [], companions: [] });
});

test("a fence is told of on each host of a database that fails over by itself, and of none of two members", () => {
  const [main, replica1, replica2] = ["alpha", "beta", "alpha"].map((host) => ({ host }));
  expect(fencedHosts([main!, replica1!, replica2!])).toEqual(["alpha", "beta"]);
  expect(fencedHosts([main!, replica1!])).toEqual([]);
});
