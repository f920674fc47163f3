import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisStates, redisSwitchover } from "../../../commands/support/redis.ts";
import { RedisClient } from "../../support/redis.ts";
import { REDIS_READ_PORT, REDIS_WRITE_PORT } from "../../../components/balancer/services/redis.ts";
import { until } from "../images/bench.ts";
import { passwords, RedisLab } from "./lab.ts";
import { Writer } from "./writer.ts";

const lab = new RedisLab(3, 3);
const { bench } = lab;
const others = (name: string) => lab.members.filter((member) => member !== name);
const told = (what: string) => console.log(`redis: ${what}`);

beforeAll(async () => {
  await lab.start();
  await lab.ready();
  await lab.startBalancer(1);
}, 240_000);
afterAll(() => bench.stop(), 60_000);

describe.sequential("three servers and three Sentinels", () => {
  test("begin with the first as the primary, which the others follow", async () => {
    expect(await lab.primaries()).toEqual(["redis1"]);
    for (const name of others("redis1")) {
      expect(await lab.info(name, "role")).toBe("slave");
      expect(await lab.info(name, "master_host")).toBe("redis1");
      expect(await lab.info(name, "master_link_status")).toBe("up");
    }
  });

  test("give on a replica what was written on the primary, and write there alone", async () => {
    await lab.send("redis1", "SET", "greeting", "hello");
    expect(await lab.send("redis1", "WAIT", 2, 2000)).toBe(2);
    expect(await lab.send("redis2", "GET", "greeting")).toBe("hello");
    await expect(lab.send("redis3", "SET", "greeting", "no")).rejects.toThrow(/^READONLY/);
  });

  test("are balanced: writes to the primary, reads to a replica", async () => {
    const roleBehind = async (port: number) => {
      const client = await RedisClient.open(await lab.address("balancer", port));
      const text = String(await client.send("INFO", "replication"));
      client.close();
      return /role:(\w+)/.exec(text)![1];
    };
    expect(await roleBehind(REDIS_WRITE_PORT)).toBe("master");
    await until(
      async () => (await roleBehind(REDIS_READ_PORT)) === "slave",
      "the replicas behind the balancer",
    );
  });

  test("replace a killed primary, and lose nothing that a replica had acknowledged", async () => {
    const old = await lab.settled();
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 1);
    await bench.docker("kill", "--signal", "KILL", bench.name(old));
    await until(async () => writer.longestGapMs > 500, "writes after the fail-over", 60_000);
    await writer.more(50);
    await writer.stop();
    told(`fail-over after a kill: ${writer.longestGapMs} ms without writes`);
    expect(await lab.primaries()).not.toContain(old);
    expect(await writer.lost()).toEqual([]);

    await bench.docker("start", bench.name(old));
    expect(await lab.settled()).not.toBe(old);
    expect(await lab.info(old, "role")).toBe("slave");
    expect(await writer.lost()).toEqual([]);
  });

  test("do not take back a primary that crashed and was there again at once", async () => {
    const old = await lab.settled();
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 1);
    await bench.docker("kill", "--signal", "KILL", bench.name(old));
    await bench.docker("start", bench.name(old));
    await until(async () => writer.longestGapMs > 500, "writes after the fail-over", 60_000);
    await writer.more(50);
    await writer.stop();
    expect(await lab.settled()).not.toBe(old);
    expect(await writer.lost()).toEqual([]);
  });

  test("hand over before the primary restarts, and lose nothing that was acknowledged", async () => {
    const old = await lab.settled();
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 0);
    const began = Date.now();
    await bench.docker("restart", "--time", "60", bench.name(old));
    const seconds = (Date.now() - began) / 1000;
    await writer.more(50);
    await writer.stop();
    told(
      `planned restart: ${writer.longestGapMs} ms without writes, ${seconds} s to stop and start`,
    );
    expect(await lab.settled()).not.toBe(old);
    expect(await bench.logs(old)).toContain("synfleet: handed over to");
    expect(await writer.lost()).toEqual([]);
    expect(seconds).toBeLessThan(20);
  });

  test("change the machines' passwords member by member, while clients write", async () => {
    const primary = await lab.settled();
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 1);
    await lab.changePasswords();
    await writer.more(20);
    await writer.stop();
    told(`change of passwords: ${writer.longestGapMs} ms without writes`);
    expect(await lab.settled()).toBe(primary);
    expect(await writer.lost()).toEqual([]);
  });

  test("switch over to the one that is named, and the old primary follows it at once", async () => {
    const old = await lab.settled();
    const to = lab.members.filter((name) => name !== old).at(-1)!;
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 0);
    expect(await redisSwitchover(lab.exec, lab, to)).toBe(to);
    await writer.more(50);
    await writer.stop();
    told(`switchover: ${writer.longestGapMs} ms without writes`);
    expect(await lab.settled()).toBe(to);
    expect(await lab.info(old, "master_host")).toBe(to);
    expect(await writer.lost()).toEqual([]);
    const states = await redisStates(lab.exec, lab.members);
    expect(states.map(({ role }) => role).sort()).toEqual(["primary", "replica", "replica"]);
  });

  test("have the primary's writes stop when it is cut off, and take it back as a replica", async () => {
    const old = await lab.settled();
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 1);
    const began = Date.now();
    await bench.docker("network", "disconnect", bench.prefix, bench.name(old));
    // It is asked from inside of its container, where a client with an old connection would be.
    const write = "ask_self SET stray $(date +%s%N)";
    const inside = `. /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/redis.sh; ${write}`;
    await until(
      async () => (await bench.exec(old, "bash", "-c", inside)).output.includes("NOREPLICAS"),
      "the cut-off primary to refuse writes",
    );
    told(`a cut-off primary refused writes after ${Date.now() - began} ms`);
    await until(async () => writer.longestGapMs > 500, "writes after the fail-over", 60_000);
    await writer.more(50);
    told(`fail-over after a cut: ${writer.longestGapMs} ms without writes`);
    await bench.docker("network", "connect", "--alias", old, bench.prefix, bench.name(old));
    await writer.more(50);
    await writer.stop();
    expect(await lab.settled()).not.toBe(old);
    expect(await writer.lost()).toEqual([]);
    expect(await lab.send(old, "EXISTS", "stray")).toBe(0);
  });

  test("keep their data when everything restarts, whether it was stopped or lost its power", async () => {
    const writer = await Writer.started(await lab.address("balancer", REDIS_WRITE_PORT), 0);
    await writer.more(100);
    await writer.stop();
    const primary = await lab.settled();
    const names = lab.all.map((name) => bench.name(name));
    // Who is primary afterwards is the Sentinels' to say: who stops last, and is back first, is a race.
    await bench.docker("stop", "--time", "60", ...lab.members.map((name) => bench.name(name)));
    await bench.docker("start", ...names);
    told(`after a restart of everything: ${primary} before, ${await lab.settled()} after`);
    expect(await writer.lost()).toEqual([]);

    await bench.docker("kill", "--signal", "KILL", ...names);
    await bench.docker("start", ...names);
    told(`after a power cut of everything: ${primary} before, ${await lab.settled()} after`);
    expect(await writer.lost()).toEqual([]);
  });

  test("go on without a server that was removed, which the Sentinels forget at their next start", async () => {
    const primary = await lab.settled();
    const [removed, kept] = lab.members.filter((name) => name !== primary);
    await lab.remove(removed!);
    expect(await lab.settled()).toBe(primary);
    const ask = `. /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/redis.sh; ask_self SENTINEL replicas cache`;
    for (const sentinel of lab.sentinels) {
      await bench.docker("restart", bench.name(sentinel));
      await lab.ready([sentinel]);
      const known = (await bench.exec(sentinel, "bash", "-c", ask)).output;
      expect(known).toContain(`${kept}:6380`);
      expect(known).not.toContain(`${removed}:6380`);
    }
  });

  test("show no password", async () => {
    for (const name of lab.all) {
      const shown = `${await bench.docker("inspect", bench.name(name))} ${await bench.logs(name)}`;
      for (const password of Object.values(passwords)) expect(shown).not.toContain(password);
      const processes = await bench.docker("top", bench.name(name), "-eo", "pid,args");
      for (const password of Object.values(passwords)) expect(processes).not.toContain(password);
    }
  });
});
