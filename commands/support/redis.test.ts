import { describe, expect, test } from "vitest";
import { redisHealthy } from "../status/synaxic.ts";
import {
  promotionRefused,
  redisPromote,
  redisState,
  redisStates,
  redisSwitchover,
} from "./redis.ts";

const primary = "# Replication\nrole:master\nredis_version:8.0.2\nmaster_repl_offset:500\n";
const replica = (offset: number, more = "master_link_status:up") =>
  `role:slave\nredis_version:8.0.2\nmaster_host:redis1\n${more}\nslave_repl_offset:${offset}\n`;

/** Members by what their containers answer to `state`; every other program is noted and succeeds. */
function set(answers: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const exec = async (alias: string, argv: readonly string[]) => {
    const [path, ...args] = argv;
    const name = path!.split("/").pop()!;
    if (name !== "state") asked.push([alias, name, ...args].join(" "));
    const stdout = name === "state" ? (answers[alias] ?? "") : "";
    return {
      code: name === "state" && !answers[alias] ? 1 : 0,
      stdout,
      stderr: "no such container",
    };
  };
  return { exec, asked, members: Object.keys(answers) };
}

describe("the state of a set", () => {
  test("tells roles, links and what is behind", async () => {
    const { exec, members } = set({ redis1: primary, redis2: replica(420), redis3: "" });
    expect(await redisStates(exec, members)).toMatchObject([
      { name: "redis1", role: "primary", version: "8.0.2", offset: 500 },
      { name: "redis2", role: "replica", follows: "redis1", linked: true, lagBytes: 80 },
      { name: "redis3", role: "down", reason: "no such container" },
    ]);
  });

  test("tells why a member waits", () => {
    const ended = { code: 0, stdout: "waiting:nobody: can tell\n", stderr: "" };
    expect(redisState("redis1", ended)).toEqual({
      ...{ name: "redis1", role: "waiting", reason: "nobody: can tell" },
    });
  });
});

test("a server that cannot write to its disk says so, and the set is not well", () => {
  const ended = (stdout: string) => ({ code: 0, stdout, stderr: "" });
  const full = primary.replace("role:master", "role:master\naof_last_write_status:err");
  const states = [redisState("redis1", ended(full)), redisState("redis2", ended(replica(500)))];
  expect(states[0]).toMatchObject({
    role: "primary",
    reason: expect.stringMatching(/full/) as string,
  });
  expect(redisHealthy(states)).toBe(false);
  expect(redisHealthy([redisState("redis1", ended(primary)), states[1]!])).toBe(true);
});

describe("switchover", () => {
  const answers = { redis1: primary, redis2: replica(420), redis3: replica(480) };

  test("with Sentinels prefers the one that is named, for that once", async () => {
    const { exec, asked, members } = set(answers);
    const sentinels = ["sentinel1", "sentinel2", "sentinel3"];
    await redisSwitchover(exec, { members, sentinels }, "redis2");
    expect(asked).toEqual(["redis2 prefer yes", "redis1 handover --stay", "redis2 prefer no"]);
  });

  test("without Sentinels takes the one that has most, and has the others follow it", async () => {
    const { exec, asked, members } = set(answers);
    expect(await redisSwitchover(exec, { members, sentinels: [] })).toBe("redis3");
    expect(asked).toEqual(["redis1 handover --stay --to redis3", "redis2 follow redis3"]);
  });

  test.each([
    ["redis1", /allowed: a replica that follows redis1: redis2, redis3\./],
    ["redis9", /got redis9; allowed/],
  ])("to %s is refused", async (to, message) => {
    const { exec, members } = set(answers);
    await expect(redisSwitchover(exec, { members, sentinels: [] }, to)).rejects.toThrow(message);
  });
});

describe("promote", () => {
  test("is left to the Sentinels where there are any", async () => {
    const { exec, members } = set({ redis1: "", redis2: replica(1) });
    await expect(redisPromote(exec, { members, sentinels: ["s1"] }, "redis2")).rejects.toThrow(
      "the Sentinels (s1) replace a lost primary by themselves",
    );
  });

  test("promotes, and has the others follow", async () => {
    const { exec, asked, members } = set({
      redis1: "",
      redis2: replica(480),
      redis3: replica(480),
    });
    await redisPromote(exec, { members, sentinels: [] }, "redis3");
    expect(asked).toEqual(["redis3 promote", "redis2 follow redis3"]);
  });

  const down = { name: "redis1", role: "down", reason: "gone" } as const;
  const behind = { name: "redis2", role: "replica", follows: "redis1", offset: 10 } as const;
  const ahead = { ...behind, name: "redis3", offset: 90 } as const;
  test.each([
    ["a server that is none", [down, behind], "redis9", /got redis9; allowed: redis1, redis2/],
    [
      "one beside a primary that answers",
      [{ ...down, role: "primary" as const }, behind],
      "redis2",
      /redis1 is the primary and answers/,
    ],
    ["one that does not answer", [down, behind], "redis1", /does not answer: gone/],
    ["one that is behind another", [down, behind, ahead], "redis2", /80 bytes behind redis3/],
    [
      "one that has not all data yet",
      [down, { ...behind, copying: true }],
      "redis2",
      /has not got all data/,
    ],
    [
      "one that waits beside a replica",
      [{ name: "redis1", role: "waiting" as const }, behind],
      "redis1",
      /whether redis2 has more/,
    ],
  ])("refuses %s", (_, states, name, message) => {
    expect(promotionRefused(states, name, false)).toMatch(message);
  });

  test("takes one that is behind when the loss is accepted", () => {
    expect(promotionRefused([down, behind, ahead], "redis2", true)).toBeUndefined();
  });
});
