/** A cluster of one that becomes one of three: those that join it never begin one of their own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { etcdFiles } from "../../../components/etcd/spec.ts";
import { Bench, until } from "./bench.ts";

const bench = new Bench();
const grown = [{ name: "etcd1" }, { name: "etcd2", joins: true }, { name: "etcd3", joins: true }];
const names = grown.map(({ name }) => name);
afterAll(() => bench.stop(), 60_000);

async function start(name: string, members: readonly { readonly name: string }[] = grown) {
  const rendered = Object.entries(etcdFiles({ name, members, token: "test" }));
  const files = rendered.map(([path, content]) => ({ path, content }));
  await bench.container(name, "etcd", [...(await bench.certificate(name)), ...files]);
}

const lib = ". /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/etcd.sh; etcdctl_local";
const ctl = (name: string, command: string) =>
  bench.exec(name, "bash", "-c", `${lib} ${command}`).then(({ output }) => output.trim());
const ready = (name: string) =>
  until(async () => (await bench.exec(name, "ready")).code === 0, `${name} to be ready`, 90_000);
const membersBy = async (name: string) =>
  (await ctl(name, "member list"))
    .split("\n")
    .map((line) => line.split(", ")[2])
    .sort();

beforeAll(async () => {
  await bench.start();
  await start("etcd1", grown.slice(0, 1));
  await ready("etcd1");
  expect(await ctl("etcd1", "put before kept")).toBe("OK");
}, 120_000);

test("members that join wait for the one that began, and begin nothing together", async () => {
  await bench.docker("stop", bench.name("etcd1"));
  for (const name of ["etcd2", "etcd3"]) await start(name);
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
    expect(await ctl(name, "get before --print-value-only")).toBe("kept");
    expect(await membersBy(name)).toEqual(names);
  }
}, 180_000);

test("the one that began is a new member among them when its volume is lost", async () => {
  await bench.docker("rm", "--force", bench.name("etcd1"));
  await bench.docker("volume", "rm", `${bench.name("etcd1")}-data`);
  await until(async () => (await ctl("etcd2", "put meanwhile kept")) === "OK", "a leader of two");
  await start("etcd1");
  for (const name of names) await ready(name);
  expect(await ctl("etcd1", "get before --print-value-only")).toBe("kept");
  expect(await ctl("etcd1", "get meanwhile --print-value-only")).toBe("kept");
  expect(await membersBy("etcd1")).toEqual(names);
}, 180_000);
