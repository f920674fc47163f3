/** What becomes of an etcd member whose volume is lost: the others are the cluster, and it is new among them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { etcdConf } from "../../../components/etcd/conf.ts";
import { Bench, until } from "./bench.ts";

const bench = new Bench();
const members = ["etcd1", "etcd2", "etcd3"];
afterAll(() => bench.stop(), 60_000);

async function start(name: string) {
  const conf = etcdConf({ name, members: members.map((each) => ({ name: each })), token: "test" });
  const certificate = await bench.certificate(name);
  await bench.container(name, "etcd", [...certificate, { path: "etcd.yml", content: conf }]);
}

const tls = ["ca", "node", "node"].map((file, index) => {
  const [option, end] = (["cacert crt", "cert crt", "key key"] as const)[index]!.split(" ");
  return `--${option}=/etc/synfleet/tls/${file}.${end}`;
});
const ctl = (name: string, ...words: string[]) =>
  bench.exec(name, "etcdctl", "--endpoints=https://localhost:2379", ...tls, ...words);
/** Also while the others elect a leader, since the one that is lost may have been it. */
const put = (key: string, value: string) =>
  until(async () => (await ctl("etcd1", "put", key, value)).code === 0, `${key} to be written`);
const ready = (name: string) =>
  until(async () => (await bench.exec(name, "ready")).code === 0, `${name} to be ready`);
const ids = async (at: string) =>
  Object.fromEntries(
    (await ctl(at, "member", "list")).output
      .trim()
      .split("\n")
      .map((line) => line.split(", "))
      .map(([id, , name]) => [name!, id!]),
  );

/** The container and its data are gone, as with a disk or a host. */
async function lose(name: string) {
  await bench.docker("rm", "--force", bench.name(name));
  await bench.docker("volume", "rm", `${bench.name(name)}-data`);
}

beforeAll(async () => {
  await bench.start();
  for (const name of members) await start(name);
  for (const name of members) await ready(name);
});

test("comes back as a new member with all that is known, and is no vote of before", async () => {
  await put("before", "kept");
  const before = await ids("etcd1");
  await lose("etcd2");
  await put("meanwhile", "kept too");
  await start("etcd2");
  await ready("etcd2");
  for (const [key, value] of [
    ["before", "kept"],
    ["meanwhile", "kept too"],
  ] as const) {
    expect((await ctl("etcd2", "get", key, "--print-value-only")).output.trim()).toBe(value);
  }
  const after = await ids("etcd1");
  expect(Object.keys(after).sort()).toEqual(members);
  expect({ ...after, etcd2: "" }).toEqual({ ...before, etcd2: "" });
  expect(after["etcd2"]).not.toBe(before["etcd2"]);
});

test("starts again as the member that it is now", async () => {
  const before = await ids("etcd1");
  await bench.docker("restart", bench.name("etcd2"));
  await ready("etcd2");
  expect(await ids("etcd1")).toEqual(before);
});

test("waits while the others have no majority, and begins no cluster of its own", async () => {
  await bench.docker("stop", bench.name("etcd1"));
  await lose("etcd2");
  await start("etcd2");
  await until(
    async () => (await bench.logs("etcd2")).includes("no majority"),
    "etcd2 to tell that it waits",
  );
  expect((await bench.exec("etcd3", "ready")).code).toBe(1);
  await bench.docker("start", bench.name("etcd1"));
  for (const name of members) await ready(name);
  expect((await ctl("etcd2", "get", "before", "--print-value-only")).output.trim()).toBe("kept");
});
