/** Leaders that are lost in ways in which who follows could have less than was acknowledged. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterState, promote } from "../../../commands/support/patroni.ts";
import { until } from "../images/bench.ts";
import { Ledger } from "./ledger.ts";
import { StreamingLab } from "./streaming.ts";

const lab = new StreamingLab(["postgres1", "postgres2", "postgres3"]);
const { bench, exec, members } = lab;
const state = () => lab.state();
const leads = async () => (await state()).leader!;
const writer = (table: string) => lab.writer(table);

beforeAll(() => lab.begin(), 240_000);
afterAll(() => lab.stop(), 60_000);

describe.sequential("who takes the lead of three", () => {
  test("lets a leader whose Patroni hangs acknowledge nothing that is not kept, however late a member turns from it", async () => {
    const before = await leads();
    const others = members.filter((name) => name !== before);
    const signal = async (member: string, name: string, pattern: string) =>
      expect(
        await bench.exec(member, "sh", "-c", `kill -${name} $(pgrep -f '${pattern}')`),
      ).toMatchObject({ code: 0 });
    const hang = (name: string) => signal(before, name, "^/usr/bin/python3 .*patroni-quietly");
    // Without it a server goes on receiving and confirming, as one does whose queries hold up what is to be replayed.
    const startup = (member: string, name: string) =>
      signal(member, name, "^postgres: orders: startup ");
    // Past the balancer, which would have sent this client elsewhere.
    const ledger = await new Ledger("frozen", () => lab.connect(before)).start();
    await ledger.more(50);
    for (const member of others) await startup(member, "STOP");
    await hang("STOP");
    let next = before;
    await until(
      async () => others.includes((next = (await clusterState(exec, others)).leader ?? before)),
      "the lead to be another's",
      60_000,
    );
    await startup(next, "CONT");
    await ledger.more(20);
    expect(await lab.ask(before, "select pg_is_in_recovery()")).toBe("f");
    for (const member of others) if (member !== next) await startup(member, "CONT");
    const recovers = (member: string) => lab.ask(member, "select pg_is_in_recovery()");
    // Whoever had the lead may have let go of it meanwhile.
    await until(
      async () => (await Promise.all(others.map(recovers))).includes("f"),
      "one of them to be promoted",
      120_000,
    );
    await hang("CONT");
    await lab.ready();
    console.log(`Patroni hung: ${ledger.acknowledged.length} acknowledged by the old leader`);
    expect(await leads()).not.toBe(before);
    expect(await ledger.lost()).toEqual([]);
  }, 240_000);

  test("replaces a leader that had written much that nobody else has, since none of it was acknowledged", async () => {
    const ledger = await writer("ahead");
    await ledger.more(20);
    const before = await leads();
    const others = members.filter((name) => name !== before);
    const receive = (signal: string) =>
      Promise.all(
        others.map((name) =>
          bench.exec(name, "pkill", `-${signal}`, "-f", "^postgres: orders: walreceiver "),
        ),
      );
    await receive("STOP");
    await lab.ask(before, "select pg_logical_emit_message(false, 'test', repeat('x', 50000000))");
    await until(async () => {
      const { output } = await bench.exec(others[0]!, "patroni-api", "GET", "/cluster");
      const { members } = JSON.parse(output) as { members: { lag?: number }[] };
      return members.filter(({ lag = 0 }) => lag > 32 * 1024 * 1024).length === 2;
    }, "the leader to have told how far it is");
    await bench.docker("kill", bench.name(before));
    await receive("CONT");
    await ledger.more(20);
    expect(await leads()).not.toBe(before);
    await bench.docker("start", bench.name(before));
    await lab.ready();
    expect(await ledger.lost()).toEqual([]);
  }, 240_000);

  test("promotes the last of three by hand, once it is said that what the others have may be lost", async () => {
    const leader = await leads();
    const [last, third] = members.filter((name) => name !== leader);
    for (const name of [leader, third!]) await bench.docker("kill", bench.name(name));
    await until(async () => (await lab.leader()) === undefined, "the lead to be free", 60_000);
    await expect(promote(exec, last!)).rejects.toThrow("--accept-data-loss");
    expect(await lab.ask(last!, "select pg_is_in_recovery()")).toBe("t");
    await promote(exec, last!, { acceptDataLoss: true });
    expect(await lab.ask(last!, "select pg_is_in_recovery()")).toBe("f");
    for (const name of [leader, third!]) await bench.docker("start", bench.name(name));
    await lab.ready();
    expect(await leads()).toBe(last);
  }, 240_000);
});
