import { afterAll, beforeAll, expect, test } from "vitest";
import { SmallVolume } from "../../support/small-volume.ts";
import { until } from "../images/bench.ts";
import { StreamingLab } from "./streaming.ts";

const members = ["a", "b", "c"];
// What is on a volume in memory counts as the member's.
const memberOptions = ["--restart", "unless-stopped", "--memory", "1500m"];
const lab = new StreamingLab(members, {}, { memberOptions });
const volumes = new Map<string, SmallVolume>();
const volumeOf = (member: string) => volumes.get(member)!;

beforeAll(async () => {
  for (const member of members) {
    volumes.set(member, await SmallVolume.create(lab.bench.name(`${member}-data`), 500));
  }
  await lab.start();
  await lab.ready();
}, 300_000);

afterAll(async () => {
  await lab.stop();
  for (const volume of volumes.values()) await volume.remove();
}, 120_000);

const leads = async () => (await lab.leader())!;

async function leaderOtherThan(before: string): Promise<string> {
  let now: string | undefined;
  await until(
    async () => {
      now = await lab.leader();
      return now !== undefined && now !== before;
    },
    `another leader than ${before}`,
    120_000,
  );
  return now!;
}

/** As `status` has it. */
async function roomOf(member: string): Promise<string | undefined> {
  return (await lab.state()).members.find(({ name }) => name === member)?.room;
}

test("a leader whose volume is full hands over to a member that has room, and nothing is lost", async () => {
  const ledger = await lab.writer("handed");
  await ledger.more(20);
  const before = await leads();
  await volumeOf(before).fill(4 << 20);
  await leaderOtherThan(before);
  await ledger.more(50);
  expect(await roomOf(before)).toBe("none");
  expect((await lab.bench.exec(before, "ready")).output).toMatch(
    /^the volume at \/var\/lib\/synfleet is full: \d+ bytes left/,
  );
  expect(await ledger.lost()).toEqual([]);
  await volumeOf(before).empty();
  await lab.ready();
}, 240_000);

test("a replica whose volume is full holds nobody up, and follows by itself once there is room", async () => {
  const leader = await leads();
  const replica = members.find((member) => member !== leader)!;
  const ledger = await lab.writer("followed");
  await volumeOf(replica).fill();
  // More than its volume takes.
  await lab.ask(
    leader,
    "create table bulk as select repeat(md5(g::text), 60) t from generate_series(1, 20000) g",
  );
  await lab.ask(leader, "select pg_switch_wal()");
  await ledger.more(50);
  expect(await leads()).toBe(leader);
  await volumeOf(replica).empty();
  await lab.ready();
  await until(async () => (await roomOf(replica)) === "enough", "room to be told", 30_000);
  expect(await ledger.lost()).toEqual([]);
}, 240_000);

test("a leader that stops for want of room is replaced, and follows by itself once there is room", async () => {
  const ledger = await lab.writer("stopped");
  await ledger.more(20);
  const before = await leads();
  await volumeOf(before).fill();
  // WAL has nowhere to go: the server stops, and cannot start.
  await lab
    .ask(before, "select pg_logical_emit_message(false, 'test', repeat('x', 100000000))")
    .catch(() => undefined);
  await leaderOtherThan(before);
  await ledger.more(50);
  await volumeOf(before).empty();
  await lab.ready();
  expect(await ledger.lost()).toEqual([]);
}, 300_000);

test("members that are all as short keep their leader", async () => {
  const before = await leads();
  const term = () => lab.ask(before, "select timeline_id from pg_control_checkpoint()");
  const timeline = await term();
  for (const member of members.filter((name) => name !== before))
    await volumeOf(member).fill(20 << 20);
  for (const member of members.filter((name) => name !== before)) {
    await until(async () => (await roomOf(member)) === "low", `${member} to be short`, 30_000);
  }
  await volumeOf(before).fill(20 << 20);
  await until(async () => (await roomOf(before)) === "low", "the leader to be short", 30_000);
  // It has had its look at who might lead.
  const { output } = await lab.bench.exec(before, "/usr/local/lib/synfleet/give-way", "1");
  expect(output).toBe("");
  expect([await leads(), await term()]).toEqual([before, timeline]);
}, 180_000);
