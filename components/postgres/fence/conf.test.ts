import { expect, test } from "vitest";
import { fenceConf } from "./conf.ts";

const args = {
  cluster: "orders",
  members: ["main", "replica1"],
  etcd: ["etcd1", "etcd2"],
  leaseSeconds: 20,
};

test("fence.conf names the cluster, the members of the host, and whom to ask", () => {
  expect(fenceConf(args)).toMatchInlineSnapshot(`
    "cluster=orders
    members=main,replica1
    etcd=etcd1,etcd2
    lease_seconds=20
    "
  `);
});

test("refuses a fence of nobody, and names that would be other files or lines", () => {
  expect(() => fenceConf({ ...args, members: [] })).toThrow(
    "members of the fence: none given. Allowed: at least one name.",
  );
  expect(() => fenceConf({ ...args, members: ["../data"] })).toThrow("../data");
  expect(() => fenceConf({ ...args, etcd: ["etcd1\nmembers=x"] })).toThrow("etcd");
});
