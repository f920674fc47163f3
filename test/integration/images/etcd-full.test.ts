import { afterAll, beforeAll, expect, test } from "vitest";
import { SmallVolume } from "../../support/small-volume.ts";
import { until } from "./bench.ts";
import { EtcdLab } from "./etcd-lab.ts";

const lab = new EtcdLab();
const { bench } = lab;
const ready = (name: string) => lab.ready(name, 90_000);
let volume: SmallVolume;
let written = 0;

beforeAll(async () => {
  await bench.start();
  // Two segments of its log are 64 MiB each, and there from the start.
  volume = await SmallVolume.create(bench.name("etcd1-data"), 200);
  for (const name of lab.members)
    await lab.start(name, { options: ["--restart", "unless-stopped"] });
  for (const name of lab.members) await ready(name);
}, 180_000);

afterAll(async () => {
  await bench.stop();
  await volume?.remove();
}, 60_000);

/** So many keys of half a MiB, through a member that has room. */
async function write(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const key = `key${written}`;
    // The leader may be the one that goes: a client asks again.
    await until(async () => (await lab.putMuch("etcd2", key)) === "OK", `${key} to be written`);
    written += 1;
  }
}

/** As this member has them, with a leader or without. */
const keysOn = async (name: string) =>
  (await lab.ctl(name, "get", "key", "--prefix", "--keys-only", "--consistency=s"))
    .split("\n")
    .filter((line) => line.includes("key")).length;

test("a member whose volume is full stops no write, and comes back by itself once there is room", async () => {
  await write(5);
  await volume.fill();
  await write(80);
  await until(
    async () => (await bench.exec("etcd1", "ready")).code !== 0,
    "etcd1 to be out",
    60_000,
  );
  expect(await bench.logs("etcd1")).toMatch(/no space left on device/);
  await write(5);
  await volume.empty();
  await ready("etcd1");
  await until(async () => (await keysOn("etcd1")) === written, "all keys on etcd1");
  // No alarm is left, which would refuse writes to all.
  expect(await lab.ctl("etcd2", "alarm", "list")).toBe("");
  await write(1);
}, 240_000);
