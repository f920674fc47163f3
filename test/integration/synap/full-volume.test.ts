import { afterAll, beforeAll, expect, test } from "vitest";
import { SYNAP_READ_PORT, SYNAP_WRITE_PORT } from "../../../components/balancer/services/synap.ts";
import { Ledger } from "../../support/ledger.ts";
import { SmallVolume } from "../../support/small-volume.ts";
import { until } from "../images/bench.ts";
import { SynapLab } from "./lab.ts";

const lab = new SynapLab();
const { bench } = lab;
const three = { members: ["synap1", "synap2", "synap3"], master: "synap1" };
const volumes = new Map<string, SmallVolume>();
const volumeOf = (member: string) => volumes.get(member)!;
const write = { port: SYNAP_WRITE_PORT };
const read = { port: SYNAP_READ_PORT };

beforeAll(async () => {
  await lab.start();
  for (const member of three.members)
    volumes.set(member, await SmallVolume.create(bench.name(`${member}-data`), 96));
  const balancer = [...(await lab.identity("balancer")), ...lab.balancerFiles(three.members)];
  await Promise.all([
    ...three.members.map((name) => lab.up(name, three)),
    bench.container("balancer", "balancer", balancer, [SYNAP_WRITE_PORT, SYNAP_READ_PORT]),
  ]);
  await lab.ready(...three.members);
  await until(async () => (await bench.exec("balancer", "ready")).code === 0, "the balancer");
}, 300_000);

afterAll(async () => {
  await lab.stop();
  for (const volume of volumes.values()) await volume.remove();
}, 120_000);

function ledger(): Ledger {
  return new Ledger(async (id) => {
    const { status, body } = await lab.set("balancer", `ledger:${id}`, `value ${id}`, write);
    if (status !== 200 || body.success !== true) throw new Error(`HTTP ${status}`);
  });
}

/** Acknowledged keys that a member does not have. */
async function lost(member: string, { acknowledged }: Ledger): Promise<number[]> {
  const missing: number[] = [];
  for (const id of acknowledged)
    if ((await lab.get(member, `ledger:${id}`)) !== `value ${id}`) missing.push(id);
  return missing;
}

const statusOf = (name: string) => lab.status(name);

async function master(): Promise<string | undefined> {
  for (const name of three.members) {
    const { mode } = await statusOf(name).catch(() => ({ mode: undefined }));
    if (mode === "master") return name;
  }
  return undefined;
}

test("a master whose volume is nearly full hands over to a replica that has room, and nothing is lost", async () => {
  const entries = ledger();
  await entries.progress(20);
  await volumeOf("synap1").fill(8 << 20);
  await until(async () => (await master()) === "synap2", "synap2 to be master", 60_000);
  // What is left to it goes too, and it is no master that could lose anything by it.
  await volumeOf("synap1").fill();
  await entries.progress(50);
  await entries.stop();
  await volumeOf("synap1").empty();
  await lab.ready(...three.members);
  for (const member of three.members)
    await until(async () => (await lost(member, entries)).length === 0, `all keys on ${member}`);
  expect(await master()).toBe("synap2");
}, 180_000);

test("a replica whose volume is full stops no write, and catches up once there is room", async () => {
  const entries = ledger();
  await entries.progress(5);
  await volumeOf("synap3").fill();
  await entries.progress(50);
  await bench.docker("restart", bench.name("synap3"));
  await entries.progress(50);
  await entries.stop();
  expect(await master()).toBe("synap2");
  await volumeOf("synap3").empty();
  await lab.ready(...three.members);
  for (const member of three.members)
    await until(async () => (await lost(member, entries)).length === 0, `all keys on ${member}`);
}, 180_000);

test("members that are all short take no writes, say so, and answer reads; with room they go on by themselves", async () => {
  const entries = ledger();
  await entries.progress(20);
  for (const member of ["synap1", "synap3", "synap2"]) await volumeOf(member).fill(8 << 20);
  await until(
    async () => (await statusOf("synap2")).reason?.includes("is nearly full") === true,
    "the master to say that it is short",
  );
  const refused = await lab.set("balancer", "refused", "yes", write);
  expect([refused.status, refused.body.error]).toEqual([
    507,
    "the volume of this member is nearly full: it answers reads alone until there is room",
  ]);
  expect(await lab.get("balancer", "ledger:1", read)).toBe("value 1");
  expect(await lab.get("synap2", "ledger:1")).toBe("value 1");
  const { code, output } = await bench.exec("synap2", "ready");
  expect([code, output]).toEqual([1, expect.stringMatching(/^the volume at .* is nearly full/)]);
  await until(async () => (await statusOf("synap3")).room === "low", "a replica to be short");
  for (const member of three.members) await volumeOf(member).empty();
  await entries.progress(20);
  await entries.stop();
  expect(await master()).toBe("synap2");
  await lab.ready(...three.members);
  expect(await lost("synap2", entries)).toEqual([]);
}, 180_000);
