/** What becomes of an etcd member whose volume is lost: the others are the cluster, and it is new among them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "./bench.ts";
import { EtcdLab } from "./etcd-lab.ts";

const lab = new EtcdLab();
const { bench, members } = lab;
afterAll(() => bench.stop(), 60_000);

const value = (name: string, key: string) => lab.ctl(name, "get", key, "--print-value-only");
/** Also while the others elect a leader, since the one that is lost may have been it. */
const put = (key: string, value: string) =>
  until(async () => (await lab.ctl("etcd1", "put", key, value)) === "OK", `${key} to be written`);
const ids = async (at: string) =>
  Object.fromEntries(
    (await lab.ctl(at, "member", "list"))
      .split("\n")
      .map((line) => line.split(", "))
      .map(([id, , name]) => [name!, id!]),
  );

beforeAll(async () => {
  await bench.start();
  for (const name of members) await lab.start(name);
  for (const name of members) await lab.ready(name);
});

test("comes back as a new member with all that is known, and is no vote of before", async () => {
  await put("before", "kept");
  const before = await ids("etcd1");
  await lab.lose("etcd2");
  await put("meanwhile", "kept too");
  await lab.start("etcd2");
  await lab.ready("etcd2");
  for (const [key, kept] of [
    ["before", "kept"],
    ["meanwhile", "kept too"],
  ] as const) {
    expect(await value("etcd2", key)).toBe(kept);
  }
  const after = await ids("etcd1");
  expect(Object.keys(after).sort()).toEqual(members);
  expect({ ...after, etcd2: "" }).toEqual({ ...before, etcd2: "" });
  expect(after["etcd2"]).not.toBe(before["etcd2"]);
});

test("starts again as the member that it is now", async () => {
  const before = await ids("etcd1");
  await bench.docker("restart", bench.name("etcd2"));
  await lab.ready("etcd2");
  expect(await ids("etcd1")).toEqual(before);
});

test("waits while the others have no majority, and begins no cluster of its own", async () => {
  await bench.docker("stop", bench.name("etcd1"));
  await lab.lose("etcd2");
  await lab.start("etcd2");
  await until(
    async () => (await bench.logs("etcd2")).includes("no majority"),
    "etcd2 to tell that it waits",
  );
  expect((await bench.exec("etcd3", "ready")).code).toBe(1);
  await bench.docker("start", bench.name("etcd1"));
  for (const name of members) await lab.ready(name);
  expect(await value("etcd2", "before")).toBe("kept");
});
