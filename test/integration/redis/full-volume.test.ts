import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { redisStates } from "../../../commands/support/redis.ts";
import { REDIS_WRITE_PORT } from "../../../components/balancer/services/redis.ts";
import { SmallVolume } from "../../support/small-volume.ts";
import { until } from "../images/bench.ts";
import { RedisLab } from "./lab.ts";
import { Writer } from "./writer.ts";

const lab = new RedisLab(3, 3, ["--restart", "unless-stopped"]);
const volumes = new Map<string, SmallVolume>();
const volumeOf = (member: string) => volumes.get(member)!;
const others = (name: string) => lab.members.filter((member) => member !== name);
/** Fewer confirm nothing; the guarantee that a client can ask for is that of one replica. */
const CONFIRMING = 1;

beforeAll(async () => {
  for (const member of lab.members)
    volumes.set(member, await SmallVolume.create(lab.bench.name(`${member}-data`), 96));
  await lab.start();
  await lab.ready();
  await lab.startBalancer(1);
}, 240_000);

afterAll(async () => {
  await lab.bench.stop();
  for (const volume of volumes.values()) await volume.remove();
}, 120_000);

// What one test leaves must not be the next one's.
afterEach(() => Promise.all(lab.members.map((member) => volumeOf(member).empty())));

const writer = async () =>
  Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), CONFIRMING);

const stateOf = async (member: string) =>
  (await redisStates(lab.exec, lab.members)).find(({ name }) => name === member)!;

async function copiesOf(primary: string): Promise<number> {
  return Number(await lab.info(primary, "sync_full"));
}

async function waitsForRoom(member: string): Promise<void> {
  await until(
    async () =>
      /the volume .* is full: less than \d+ MiB left/.test((await stateOf(member)).reason ?? ""),
    `${member} to wait for room`,
    60_000,
  );
  expect(await stateOf(member)).toMatchObject({ role: "waiting" });
}

test("a primary whose volume is full is replaced, waits for room, and follows by itself", async () => {
  const ledger = await writer();
  const before = await lab.settled();
  await volumeOf(before).fill();
  await until(
    async () => (await lab.primaries()).some((name) => name !== before),
    "another primary",
    30_000,
  );
  await waitsForRoom(before);
  const [primary] = await lab.primaries();
  const copies = await copiesOf(primary!);
  await ledger.more(200);
  // Nobody asks the new primary for copies that have no place, ten times a second; the other replica may need one.
  expect(await copiesOf(primary!)).toBeLessThanOrEqual(copies + 2);
  await volumeOf(before).empty();
  await lab.settled();
  await ledger.stop();
  expect(await ledger.lost()).toEqual([]);
}, 180_000);

test("a primary that finds room now and then loses nothing that a replica has confirmed", async () => {
  const ledger = await writer();
  const before = await lab.settled();
  await volumeOf(before).fill();
  await volumeOf(before).waver(15);
  await until(
    async () => !(await lab.primaries()).includes(before),
    `${before} to give way`,
    60_000,
  );
  await ledger.more(50);
  await volumeOf(before).empty();
  await lab.settled();
  await ledger.stop();
  expect(await ledger.lost()).toEqual([]);
}, 180_000);

test("a replica whose volume is full holds nobody up, and follows by itself once there is room", async () => {
  const primary = await lab.settled();
  const replica = others(primary)[0]!;
  const ledger = await writer();
  await volumeOf(replica).fill();
  await waitsForRoom(replica);
  await ledger.more(200);
  expect(await lab.primaries()).not.toContain(replica);
  await volumeOf(replica).empty();
  await lab.settled();
  await ledger.stop();
  expect(await ledger.lost()).toEqual([]);
}, 180_000);

test("a copy of the data that has no room is not asked for again and again", async () => {
  const primary = await lab.settled();
  const replica = others(primary)[0]!;
  await lab.bench.docker("stop", lab.bench.name(replica));
  // More than the primary keeps for one that was away, and more than the replica will have room for.
  for (let key = 0; key < 40; key++)
    await lab.send(primary, "SET", `bulk:${key}`, randomBytes(1 << 19).toString("hex"));
  await volumeOf(replica).fill(20 << 20);
  await lab.bench.docker("start", lab.bench.name(replica));
  await waitsForRoom(replica);
  const copies = await copiesOf(primary);
  const ledger = await writer();
  await ledger.more(500);
  await ledger.stop();
  // One is counted twice, and another may have been tried after a minute.
  expect(await copiesOf(primary)).toBeLessThanOrEqual(copies + 2);
  await volumeOf(replica).empty();
  await lab.settled();
  for (let key = 0; key < 40; key++) await lab.send(primary, "DEL", `bulk:${key}`);
}, 180_000);

test("of members that are all full one goes on answering reads, and they take writes by themselves once there is room", async () => {
  await lab.settled();
  const ledger = await writer();
  await ledger.more(50);
  await Promise.all(lab.members.map((member) => volumeOf(member).fill()));
  await until(
    async () => {
      const states = await redisStates(lab.exec, lab.members);
      // Without replicas, the last refuses writes before one can fail.
      return states.filter(({ reason }) => reason === undefined).length <= 1;
    },
    "no member to take writes",
    120_000,
  );
  const readers = await Promise.all(
    lab.members.map((name) => lab.send(name, "GET", "ledger:1").catch(() => undefined)),
  );
  expect(readers).toContain("1");
  await Promise.all(lab.members.map((member) => volumeOf(member).empty()));
  await lab.settled();
  await ledger.more(50);
  await ledger.stop();
  expect(await ledger.lost()).toEqual([]);
}, 300_000);
