import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisPromote, redisStates, redisSwitchover } from "../../../commands/support/redis.ts";
import { until } from "../images/bench.ts";
import { RedisLab } from "./lab.ts";

const lab = new RedisLab(2, 0);
const { bench } = lab;
const waiting = (name: string, why: RegExp) =>
  until(async () => why.test((await bench.logs(name)).split("synfleet: ").at(-1)!), `${why}`);

beforeAll(async () => {
  await lab.start();
  await lab.ready();
}, 240_000);
afterAll(() => bench.stop(), 60_000);

describe.sequential("two servers without Sentinels", () => {
  test("begin with the first as the primary, and keep that over restarts", async () => {
    expect(await lab.primaries()).toEqual(["redis1"]);
    await lab.send("redis1", "SET", "kept", "1");
    const names = lab.members.map((name) => bench.name(name));
    await bench.docker("restart", "--time", "30", ...names);
    await lab.ready();
    expect(await lab.primaries()).toEqual(["redis1"]);
    expect(await lab.send("redis2", "GET", "kept")).toBe("1");
  });

  test("change roles and back without losing a write, when they are asked to", async () => {
    await lab.send("redis1", "SET", "kept", "1");
    expect(await redisSwitchover(lab.exec, lab, "redis2")).toBe("redis2");
    await lab.ready();
    expect(await lab.primaries()).toEqual(["redis2"]);
    expect(await redisSwitchover(lab.exec, lab)).toBe("redis1");
    await lab.ready();
    expect(await lab.primaries()).toEqual(["redis1"]);
  });

  test("never promote the replica by themselves", async () => {
    await bench.docker("kill", "--signal", "KILL", bench.name("redis1"));
    await until(
      async () => (await lab.info("redis2", "master_link_status")) === "down",
      "the replica to notice",
    );
    await bench.docker("restart", bench.name("redis2"));
    await until(async () => (await bench.exec("redis2", "healthy")).code === 0, "the replica");
    expect(await lab.primaries()).toEqual([]);
    await expect(lab.send("redis2", "SET", "kept", "2")).rejects.toThrow(/^READONLY/);
    expect(await lab.send("redis2", "GET", "kept")).toBe("1");
    expect((await bench.exec("redis2", "ready")).output).toContain("the link to redis1 is down");
  });

  test("have the replica promoted by hand, and the old primary follow it", async () => {
    await redisPromote(lab.exec, lab, "redis2");
    await lab.send("redis2", "SET", "kept", "2");
    await bench.docker("start", bench.name("redis1"));
    await lab.ready();
    expect(await lab.primaries()).toEqual(["redis2"]);
    expect(await lab.send("redis1", "GET", "kept")).toBe("2");
  });

  test("wait with a primary that cannot know whether another was promoted since", async () => {
    await bench.docker("stop", bench.name("redis1"), bench.name("redis2"));
    await bench.docker("start", bench.name("redis2"));
    await waiting("redis2", /a server that does not answer may have been promoted since/);
    expect((await bench.exec("redis2", "healthy")).code).toBe(1);
    expect(await redisStates(lab.exec, ["redis2"])).toMatchObject([{ role: "waiting" }]);
    expect((await bench.exec("redis2", "ready")).output).toContain("it waits to be told its role");
    expect((await bench.exec("redis2", "promote")).output).toContain("starts as the primary");
    await until(async () => (await lab.primaries()).includes("redis2"), "the promoted server");
    expect(await lab.send("redis2", "GET", "kept")).toBe("2");
  });

  test("never copy an empty data directory over a full one", async () => {
    // As after a lost volume: the first of the list, which would begin a new set.
    const volume = `${bench.name("redis1")}-data`;
    await bench.docker("rm", bench.name("redis1"));
    await bench.docker("volume", "rm", volume);
    await bench.docker("stop", bench.name("redis2"));
    const files = [...(await bench.certificate("redis1")), ...lab.serverFiles("redis1")];
    await bench.container("redis1", "redis", files, [6380]);
    await waiting("redis1", /a set begins with all of its servers/);
    await bench.docker("start", bench.name("redis2"));
    await waiting("redis2", /may have been promoted since/);
    await waiting("redis1", /a set begins with all of its servers/);
    await bench.exec("redis2", "promote");
    await lab.ready();
    expect(await lab.primaries()).toEqual(["redis2"]);
    expect(await lab.send("redis1", "GET", "kept")).toBe("2");
  });

  test("go on while they are told of their first Sentinels, who find out whom to watch", async () => {
    await lab.send("redis2", "SET", "kept", "3");
    await lab.grow("redis3", 3);
    await lab.ready();
    expect(await lab.primaries()).toEqual(["redis2"]);
    expect(await lab.send("redis2", "GET", "kept")).toBe("3");
    await bench.docker("kill", "--signal", "KILL", bench.name("redis2"));
    await until(async () => (await lab.primaries()).length === 1, "another to be promoted", 60_000);
    await bench.docker("start", bench.name("redis2"));
    await lab.ready();
    expect(await lab.primaries()).not.toEqual(["redis2"]);
    expect(await lab.send("redis2", "GET", "kept")).toBe("3");
  });

  test("ask nobody else once Sentinels have named a primary", async () => {
    await bench.docker("stop", ...lab.sentinels.map((name) => bench.name(name)));
    await bench.docker("restart", "--time", "30", bench.name("redis1"));
    await waiting("redis1", /no majority of the Sentinels/);
    await bench.docker("start", ...lab.sentinels.map((name) => bench.name(name)));
    await lab.settled();
    expect(await lab.send("redis1", "GET", "kept")).toBe("3");
  });
});
