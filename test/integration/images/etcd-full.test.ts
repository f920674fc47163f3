import { afterAll, beforeAll, expect, test } from "vitest";
import { etcdConf } from "../../../components/etcd/conf.ts";
import { SmallVolume } from "../../support/small-volume.ts";
import { Bench, until } from "./bench.ts";

const bench = new Bench();
const members = [{ name: "etcd1" }, { name: "etcd2" }, { name: "etcd3" }];
let volume: SmallVolume;
let written = 0;

beforeAll(async () => {
  await bench.start();
  // Two segments of its log are 64 MiB each, and there from the start.
  volume = await SmallVolume.create(bench.name("etcd1-data"), 200);
  for (const { name } of members) {
    const conf = { path: "etcd.yml", content: etcdConf({ name, members, token: "test" }) };
    await bench.container(name, "etcd", [...(await bench.certificate(name)), conf], [], {
      options: ["--restart", "unless-stopped"],
    });
  }
  for (const { name } of members) await ready(name);
}, 180_000);

afterAll(async () => {
  await bench.stop();
  await volume?.remove();
}, 60_000);

async function ready(name: string): Promise<void> {
  await until(
    async () => (await bench.exec(name, "ready")).code === 0,
    `${name} to be ready`,
    90_000,
  );
}

const lib = ". /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/etcd.sh;";
const etcd = (name: string, script: string) => bench.exec(name, "bash", "-c", `${lib} ${script}`);

/** So many keys of half a MiB, through a member that has room. */
async function write(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const put = `head -c 524288 /dev/zero | tr '\\0' x | etcdctl_local put key${written}`;
    // The leader may be the one that goes: a client asks again.
    await until(async () => (await etcd("etcd2", put)).output.trim() === "OK", put);
    written += 1;
  }
}

const keysOn = async (name: string) =>
  Number(
    (
      await etcd(name, "etcdctl_local get key --prefix --keys-only --consistency=s | grep -c key")
    ).output.trim(),
  );

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
  expect((await etcd("etcd2", "etcdctl_local alarm list")).output.trim()).toBe("");
  await write(1);
}, 240_000);
