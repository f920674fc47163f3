/** A cluster of one that becomes one of three: those that join it never begin one of their own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "./bench.ts";
import { EtcdLab } from "./etcd-lab.ts";

const grown = [{ name: "etcd1" }, { name: "etcd2", joins: true }, { name: "etcd3", joins: true }];
const lab = new EtcdLab({ members: grown });
const { bench, members: names } = lab;
const ready = (name: string) => lab.ready(name, 90_000);
const value = (name: string, key: string) => lab.ctl(name, "get", key, "--print-value-only");
const membersBy = async (name: string) =>
  (await lab.ctl(name, "member", "list"))
    .split("\n")
    .map((line) => line.split(", ")[2])
    .sort();

beforeAll(async () => {
  await bench.start();
  await lab.start("etcd1", { members: grown.slice(0, 1) });
  await ready("etcd1");
  expect(await lab.ctl("etcd1", "put", "before", "kept")).toBe("OK");
}, 120_000);
afterAll(() => bench.stop(), 60_000);

test("members that join wait for the one that began, and begin nothing together", async () => {
  await bench.docker("stop", bench.name("etcd1"));
  for (const name of ["etcd2", "etcd3"]) await lab.start(name);
  for (const name of ["etcd2", "etcd3"]) {
    await until(
      async () => (await bench.logs(name)).includes("waits for a member of the cluster"),
      `${name} to wait`,
    );
    expect((await bench.exec(name, "ready")).code).not.toBe(0);
  }
  await bench.docker("start", bench.name("etcd1"));
  for (const name of names) await ready(name);
  for (const name of names) {
    expect(await value(name, "before")).toBe("kept");
    expect(await membersBy(name)).toEqual(names);
  }
}, 180_000);

test("the one that began is a new member among them when its volume is lost", async () => {
  await lab.lose("etcd1");
  const put = async () => (await lab.ctl("etcd2", "put", "meanwhile", "kept")) === "OK";
  await until(put, "a leader of two");
  await lab.start("etcd1");
  for (const name of names) await ready(name);
  expect(await value("etcd1", "before")).toBe("kept");
  expect(await value("etcd1", "meanwhile")).toBe("kept");
  expect(await membersBy("etcd1")).toEqual(names);
}, 180_000);
