import { describe, expect, test } from "vitest";
import { memberOf, observationOf, statusOf, testConfig } from "../testing/fixtures.ts";
import type { Action } from "./actions.ts";
import { type Decision, type Memory, decide, emptyMemory } from "./decide.ts";
import { type Observation, seen, unseen } from "./observation.ts";
import type { MemberStatus } from "./status.ts";

const config = testConfig();
const own = memberOf(config, "postgres1");
const run = (observation: Observation, memory: Memory = emptyMemory) =>
  decide(config, own, memory, observation);
const kinds = (decision: Decision) => decision.actions.map((action) => action.kind);

/** Looks once a second at the same thing (or at what `at` says) and returns the last decision. */
function watch(
  seconds: number,
  at: (second: number) => Partial<Observation>,
  memory: Memory = emptyMemory,
): Decision {
  let decision = run(observationOf({ ...at(0), nowMs: 0 }), memory);
  for (let second = 1; second <= seconds; second++) {
    decision = run(observationOf({ ...at(second), nowMs: second * 1000 }), decision.memory);
  }
  return decision;
}

const withSubscription = (status: string, change: Partial<MemberStatus> = {}) => {
  const base = statusOf("postgres1", change);
  const subscriptions = (base.subscriptions ?? []).map((entry) =>
    entry.peer === "postgres2" ? { ...entry, status } : entry,
  );
  return seen({ ...base, subscriptions });
};
const lagging = (name: string, confirmed: string, change: Partial<MemberStatus> = {}) => {
  const base = statusOf(name, change);
  return seen({
    ...base,
    slots: (base.slots ?? []).map((slot) => ({ ...slot, confirmed_flush_lsn: confirmed })),
  });
};
const closed = { admitted: false, reason: "not judged since the start" };
const fresh = {
  joined: false,
  ever_admitted: false,
  has_user_tables: false,
  subscriptions: [],
  slots: [],
  ...closed,
};
const notInitialised = { known: true, initialised: false, marks: {} };
const youngPeers = {
  postgres2: seen(statusOf("postgres2", { ever_admitted: false, ...closed })),
  postgres3: seen(statusOf("postgres3", { ever_admitted: false, ...closed })),
};

test("a steady cluster needs nothing", () => {
  const decision = run(observationOf());
  expect(decision.actions).toEqual([]);
  expect(decision.verdict.admitted).toBe(true);
  expect(decision.meshComplete).toBe(true);
});

describe("a new cluster", () => {
  test("an empty member joins when etcd says that nothing is initialised", () => {
    const decision = run(
      observationOf({
        own: seen(statusOf("postgres1", fresh)),
        peers: { postgres2: unseen("refused"), postgres3: seen(statusOf("postgres3", fresh)) },
        store: notInitialised,
      }),
    );
    const join: Action = { kind: "join", member: "postgres1", number: 1 };
    expect(decision.actions[0]).toEqual(join);
    expect(decision.verdict).toEqual({ admitted: false, reason: "postgres1 is joining" });
  });

  test("nobody joins before etcd answered", () => {
    const decision = run(
      observationOf({
        own: seen(statusOf("postgres1", fresh)),
        peers: {},
        store: { known: false, initialised: false, marks: {} },
      }),
    );
    expect(kinds(decision)).not.toContain("join");
    expect(decision.verdict.reason).toContain("waiting for etcd");
  });

  test("subscribes to those that joined, marks itself and waits for the initialiser", () => {
    const decision = run(
      observationOf({
        own: seen(
          statusOf("postgres1", { ...closed, ever_admitted: false, subscriptions: [], slots: [] }),
        ),
        peers: { ...youngPeers, postgres3: seen(statusOf("postgres3", fresh)) },
        store: notInitialised,
      }),
    );
    expect(decision.actions).toEqual([
      { kind: "mark", member: "postgres1", systemIdentifier: "id-postgres1" },
      { kind: "subscribe", peer: "postgres2" },
      { kind: "withdraw", reason: decision.verdict.reason },
    ]);
    expect(decision.verdict.reason).toContain("not initialised yet; 0 of 2 peers replicate");
    expect(decision.meshComplete).toBe(false);
  });

  test("opens once the mark is there", () => {
    const young = seen(statusOf("postgres1", { ...closed, ever_admitted: false }));
    const before = run(observationOf({ own: young, peers: youngPeers, store: notInitialised }));
    expect(before.verdict.admitted).toBe(false);
    expect(before.meshComplete).toBe(true);
    const after = run(observationOf({ own: young, peers: youngPeers }), before.memory);
    expect(kinds(after)).toEqual(["admit"]);
  });
});

describe("a member whose data is gone", () => {
  test("is held, and neither joins nor subscribes", () => {
    const own = seen(statusOf("postgres1", fresh));
    const decision = run(observationOf({ own }));
    expect(decision.verdict.reason).toContain("postgres1 needs synchronising");
    expect(kinds(decision)).toEqual(["withdraw"]);
  });

  test("is held also when etcd lost its data, as its peers know better", () => {
    const own = seen(statusOf("postgres1", fresh));
    const decision = run(observationOf({ own, store: notInitialised }));
    expect(decision.verdict.reason).toContain("needs synchronising");
    expect(kinds(decision)).not.toContain("join");
  });

  test("is held when another database sits in its place", () => {
    const own = seen(
      statusOf("postgres1", { ...closed, ever_admitted: false, system_identifier: "other" }),
    );
    const decision = run(observationOf({ own }));
    expect(decision.verdict.reason).toContain("system identifier differs");
    expect(kinds(decision)).toEqual(["withdraw"]);
  });

  test("does not close its peers", () => {
    const peers = {
      postgres2: seen(statusOf("postgres2", fresh)),
      postgres3: seen(statusOf("postgres3")),
    };
    const decision = watch(60, () => ({ peers, own: withSubscription("down") }));
    expect(decision.verdict.admitted).toBe(true);
    expect(decision.meshComplete).toBe(false);
  });
});

describe("after a restart", () => {
  const restart = { postmaster_started_at: "2026-01-02T00:00:00Z", ...closed };

  test("stays closed until it has applied what peers had at the first look", () => {
    const steady = run(observationOf());
    const behind = observationOf({
      own: seen(statusOf("postgres1", restart)),
      peers: {
        postgres2: lagging("postgres2", "0/2000000", { wal_lsn: "0/2000400" }),
        postgres3: seen(statusOf("postgres3")),
      },
    });
    const first = run(behind, steady.memory);
    expect(first.verdict).toEqual({ admitted: false, reason: "catching up with postgres2" });
    // The peer goes on writing: the target stays where it was.
    const peers = {
      ...behind.peers,
      postgres2: lagging("postgres2", "0/2000400", { wal_lsn: "0/2000900" }),
    };
    const second = run({ ...behind, peers }, first.memory);
    expect(kinds(second)).toEqual(["admit"]);
  });

  test("waits for silent peers, but not for ever", () => {
    const at = () => ({
      own: seen(statusOf("postgres1", restart)),
      peers: { postgres2: unseen<MemberStatus>("refused"), postgres3: seen(statusOf("postgres3")) },
    });
    expect(watch(14, at).verdict.reason).toContain("for postgres2, which does not answer");
    const later = watch(15, at);
    expect(later.verdict).toEqual({
      admitted: true,
      reason: "receives from all reachable peers (no answer from postgres2)",
    });
  });

  test("does not wait for a peer that was gone long before", () => {
    const gone = {
      postgres2: unseen<MemberStatus>("gone"),
      postgres3: seen(statusOf("postgres3")),
    };
    const before = watch(60, () => ({ peers: gone }));
    const own = seen(statusOf("postgres1", restart));
    const decision = run(observationOf({ own, peers: gone, nowMs: 61_000 }), before.memory);
    expect(decision.verdict.admitted).toBe(true);
  });

  test("opens alone after the wait, being all there is", () => {
    const peers = { postgres2: unseen<MemberStatus>("x"), postgres3: unseen<MemberStatus>("x") };
    const at = () => ({ own: seen(statusOf("postgres1", restart)), peers });
    expect(watch(5, at).verdict.admitted).toBe(false);
    expect(watch(15, at).verdict.admitted).toBe(true);
  });

  test("a manager that starts anew keeps an open member open", () => {
    const peers = {
      postgres2: lagging("postgres2", "0/1FFFF00"),
      postgres3: unseen<MemberStatus>("x"),
    };
    expect(run(observationOf({ peers })).verdict.admitted).toBe(true);
  });
});

describe("an open member", () => {
  test("is not closed by a dead peer", () => {
    const peers = { postgres2: unseen<MemberStatus>("x"), postgres3: seen(statusOf("postgres3")) };
    const own = withSubscription("down");
    expect(watch(600, () => ({ peers, own })).verdict.admitted).toBe(true);
  });

  test("closes when a subscription stays down while others are open", () => {
    const at = () => ({ own: withSubscription("down") });
    // Two members of a higher number give way first: 10 s + 2 × 3 s.
    expect(watch(15, at).verdict.admitted).toBe(true);
    expect(watch(16, at).verdict).toEqual({
      admitted: false,
      reason: "subscription to postgres2 is down",
    });
  });

  test("closes when its apply worker flaps", () => {
    const at = (second: number) => (second % 5 === 4 ? {} : { own: withSubscription("down") });
    expect(watch(17, at).verdict.admitted).toBe(false);
  });

  test("forgets trouble that ended", () => {
    const at = (second: number) =>
      second < 10 || second > 16 ? { own: withSubscription("down") } : {};
    expect(watch(20, at).verdict.admitted).toBe(true);
  });

  test("stays open when no other member is", () => {
    const shut = {
      postgres2: seen(statusOf("postgres2", closed)),
      postgres3: unseen<MemberStatus>("x"),
    };
    const decision = watch(60, () => ({ own: withSubscription("down"), peers: shut }));
    expect(decision.verdict.admitted).toBe(true);
    expect(decision.verdict.reason).toContain("kept open, as no other member is admitted");
  });

  test("closes at the upper limit and opens only below the lower one", () => {
    const peers = (confirmed: string) => ({
      postgres2: lagging("postgres2", confirmed, { wal_lsn: "0/8000000" }),
      postgres3: seen(statusOf("postgres3")),
    });
    // 96 MiB behind, above 64 MiB.
    const high = watch(16, () => ({ peers: peers("0/2000000") }));
    expect(high.verdict.reason).toBe("lag behind postgres2 is above the limit for staying open");
    const shut = seen(statusOf("postgres1", { admitted: false, reason: high.verdict.reason }));
    // 16 MiB behind: neither.
    const middle = run(
      observationOf({ own: shut, peers: peers("0/7000000"), nowMs: 17_000 }),
      high.memory,
    );
    expect(middle.verdict.reason).toBe("catching up with postgres2");
    const low = run(
      observationOf({ own: shut, peers: peers("0/8000000"), nowMs: 18_000 }),
      middle.memory,
    );
    expect(low.verdict.admitted).toBe(true);
  });
});

describe("the mesh", () => {
  test("loses what is not declared", () => {
    const two = testConfig({
      members: config.members.filter((member) => member.name !== "postgres3"),
    });
    const status = statusOf("postgres1");
    const slots = (active: boolean) =>
      (status.slots ?? []).map((slot) => ({ ...slot, active: active && slot.active }));
    const decide2 = (active: boolean) =>
      decide(two, own, emptyMemory, {
        ...observationOf(),
        own: seen({ ...status, slots: slots(active) }),
      }).actions;
    expect(decide2(true)).toEqual([{ kind: "unsubscribe", peer: "postgres3" }]);
    expect(decide2(false)).toEqual([
      { kind: "unsubscribe", peer: "postgres3" },
      { kind: "drop-slot", peer: "postgres3" },
    ]);
  });

  test("gets a down subscription started again after a moment", () => {
    const at = () => ({ own: withSubscription("down") });
    expect(kinds(watch(0, at))).toEqual([]);
    expect(watch(1, at).actions).toEqual([{ kind: "restart", peer: "postgres2" }]);
  });

  test("an own member that does not answer gets no orders", () => {
    const decision = run(observationOf({ own: unseen("refused") }));
    expect(decision.actions).toEqual([]);
    expect(decision.verdict).toEqual({
      admitted: false,
      reason: "postgres1 does not answer: refused",
    });
  });
});
