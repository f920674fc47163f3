/** Members of etcd that have reached their quota: they refuse writes until an operator shrinks them, and have everything then. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { etcdConf } from "../../../components/etcd/conf.ts";
import { Bench, until } from "./bench.ts";

const bench = new Bench();
const members = [{ name: "etcd1" }, { name: "etcd2" }, { name: "etcd3" }];

beforeAll(async () => {
  await bench.start();
  for (const { name } of members) {
    const content = etcdConf({ name, members, token: "test", quotaMib: 32 });
    const conf = { path: "etcd.yml", content };
    await bench.container(name, "etcd", [...(await bench.certificate(name)), conf]);
  }
  for (const { name } of members)
    await until(
      async () => (await bench.exec(name, "ready")).code === 0,
      `${name} to be ready`,
      90_000,
    );
}, 180_000);

afterAll(() => bench.stop(), 60_000);

const lib = ". /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/etcd.sh;";
const etcd = (script: string) => bench.exec("etcd1", "bash", "-c", `${lib} ${script}`);
const put = (key: string) =>
  etcd(`head -c 524288 /dev/zero | tr '\\0' x | etcdctl_local put ${key}`);

test("a database that has reached its quota takes writes again once each member is shrunk, and nothing is lost", async () => {
  expect((await etcd("etcdctl_local put kept value")).output.trim()).toBe("OK");
  // The past of one key is what fills it.
  await until(async () => /space exceeded/.test((await put("hot")).output), "the quota", 120_000);
  expect((await etcd("etcdctl_local alarm list")).output).toContain("NOSPACE");
  for (const { name } of members)
    expect(await bench.exec(name, "shrink")).toMatchObject({ code: 0 });
  expect((await etcd("etcdctl_local alarm list")).output.trim()).toBe("");
  for (let n = 0; n < 20; n += 1) expect((await put("hot")).output.trim()).toBe("OK");
  expect((await etcd("etcdctl_local get kept --print-value-only")).output.trim()).toBe("value");
}, 240_000);
