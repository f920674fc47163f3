import { describe, expect, test } from "vitest";
import type { Exec } from "./container.ts";
import {
  clusterState,
  memberState,
  promote,
  reinit,
  switchover,
  switchoverRefused,
  type ClusterState,
  type Listed,
  type MemberState,
} from "./patroni.ts";

const replica = { name: "b", role: "quorum_standby", state: "streaming", timeline: 3 };
const cluster = JSON.stringify({
  members: [{ name: "a", role: "leader", state: "running", timeline: 3 }, replica],
});

/** Containers that answer by what is asked; a string that begins with "!" is a failure. */
function answering(answers: Record<string, Record<string, string>>) {
  const asked: string[] = [];
  const exec: Exec = (alias, argv) => {
    const words = argv.join(" ");
    asked.push(`${alias}: ${words.slice(0, 90)}`);
    const [, text = "!no such container"] =
      Object.entries(answers[alias] ?? {}).find(([part]) => words.includes(part)) ?? [];
    return Promise.resolve(
      text.startsWith("!")
        ? { code: 1, stdout: "", stderr: `synfleet: ${text.slice(1)}\n` }
        : { code: 0, stdout: `${text}\n`, stderr: "" },
    );
  };
  return { exec, asked };
}

const healthy = {
  a: {
    "/cluster": cluster,
    pg_last_xact_replay_timestamp: '{"lsn": 5000, "seconds": null}',
    pg_replication_slots: '[{"name":"b","active":true,"keptBytes":0,"wal":"reserved"}]',
    server_version: "17.12",
  },
  b: { "/cluster": cluster, pg_last_xact_replay_timestamp: '{"lsn": 4000, "seconds": 0.5}' },
};

describe("the state of a cluster", () => {
  test("is put together from what its members tell", async () => {
    const state = await clusterState(answering(healthy).exec, ["a", "b"]);
    expect(state).toMatchObject({
      version: "17.12",
      leader: "a",
      slots: [{ name: "b", active: true, keptBytes: 0, wal: "reserved" }],
    });
    expect(state.members).toMatchObject([
      { name: "a", role: "leader", lagBytes: 0, lagSeconds: undefined },
      { name: "b", role: "replica", lagBytes: 1000, lagSeconds: 0.5, synchronous: true },
    ]);
  });

  test("comes from the next member where one does not answer, without figures that nobody knows", async () => {
    const { exec } = answering({ b: { "/cluster": cluster.replace('"leader"', '"replica"') } });
    const state = await clusterState(exec, ["a", "b"]);
    expect(state).toMatchObject({ version: undefined, leader: undefined, slots: [] });
    expect(state.members.map(({ lagBytes }) => lagBytes)).toEqual([undefined, undefined]);
  });

  test("is an error with the last reason where none does", async () => {
    await expect(clusterState(answering({}).exec, ["a", "b"])).rejects.toThrow(
      "No member of a, b tells the state of the cluster: no such container",
    );
  });

  test("tells of a member that is short of room, as its tag has it", () => {
    const room = (tags?: Listed["tags"]) =>
      memberState({ ...replica, ...(tags && { tags }) }, undefined, undefined).room;
    expect([room(), room({ room: "low" }), room({ room: "none" })]).toEqual([
      ...["enough", "low", "none"],
    ]);
  });

  test("never tells of a replica that it is ahead", () => {
    const position = { lsn: 10, seconds: 0 };
    const leader = { lsn: 5, seconds: null };
    expect(memberState(replica, leader, position).lagBytes).toBe(0);
    // Of a leader that nobody writes to, it may have heard something since that is no transaction.
    expect(memberState(replica, leader, { lsn: 5, seconds: 10 }).lagSeconds).toBe(0);
    expect(memberState({ ...replica, tags: { nofailover: true } }, undefined, undefined)).toEqual({
      ...{ name: "b", role: "replica", synchronous: true, state: "streaming", timeline: 3 },
      ...{
        lagBytes: undefined,
        lagSeconds: undefined,
        pendingRestart: false,
        mayLead: false,
        room: "enough",
      },
    });
  });
});

const member = (name: string, changed: Partial<MemberState> = {}): MemberState => ({
  ...{ name, role: "replica", synchronous: true, state: "streaming", timeline: 1 },
  ...{ lagBytes: 0, lagSeconds: 0, pendingRestart: false, mayLead: true, room: "enough" },
  ...changed,
});
const led = (...others: MemberState[]): ClusterState => ({
  ...{ version: "17.12", leader: "a", slots: [] },
  members: [member("a", { role: "leader", state: "running" }), ...others],
});

test.each([
  ["the best", led(member("b")), undefined, undefined],
  ["a member that streams", led(member("b")), "b", undefined],
  ["the leader", led(member("b")), "a", "a leads already"],
  ["a stranger", led(member("b")), "x", "got x; allowed: b"],
  [
    "one that does not stream",
    led(member("b", { state: "starting" })),
    "b",
    "got b; allowed: none at present",
  ],
  [
    "one that may not lead",
    led(member("b", { mayLead: false })),
    "b",
    "got b; allowed: none at present",
  ],
  ["nobody", led(), undefined, "no other member may lead and streams"],
  [
    "anyone without a leader",
    { ...led(member("b")), leader: undefined },
    "b",
    "the cluster has no leader: promote a member",
  ],
])("a switchover to %s", (_, state, to, refused) => {
  expect(switchoverRefused(state, to)).toBe(refused);
});

describe("an operator", () => {
  test("hands the lead over through the leader", async () => {
    const { exec, asked } = answering({
      ...healthy,
      a: { ...healthy.a, "/switchover": "Successfully switched over" },
    });
    await expect(switchover(exec, ["a", "b"], "b")).rejects.toThrow("switchover: a leads now");
    expect(asked).toContain(
      'a: /usr/local/bin/patroni-api POST /switchover {"leader":"a","candidate":"b"}',
    );
  });

  test("promotes a member by the member's own judgement", async () => {
    const { exec, asked } = answering({
      b: { "--accept-data-loss": "", promote: "!b lacks 5 bytes" },
    });
    await expect(promote(exec, "b")).rejects.toThrow("b: b lacks 5 bytes");
    await promote(exec, "b", { acceptDataLoss: true });
    expect(asked.at(-1)).toBe("b: /usr/local/bin/promote --accept-data-loss");
  });

  test("has a replica copied anew, and never the leader", async () => {
    const { exec, asked } = answering({ ...healthy, b: { ...healthy.b, reinitialize: "done" } });
    await reinit(exec, ["a", "b"], "b");
    expect(asked.at(-1)).toContain("b: /usr/local/bin/patroni-api POST /reinitialize");
    await expect(reinit(exec, ["a", "b"], "a")).rejects.toThrow("a leads, and its data is");
  });
});
