import { describe, expect, test } from "vitest";
import { closed, config, kinds, own, run, watch, withSubscription } from "../testing/decisions.ts";
import { observationOf, statusOf, testConfig } from "../testing/fixtures.ts";
import type { Action } from "./actions.ts";
import { decide, emptyMemory } from "./decide.ts";
import { seen, unseen } from "./observation.ts";

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
  test("is copied, and neither joins nor subscribes", () => {
    const own = seen(statusOf("postgres1", fresh));
    const decision = run(observationOf({ own }));
    expect(decision.verdict.reason).toContain("postgres1 needs synchronising");
    expect(kinds(decision)).toEqual(["copy", "withdraw"]);
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
