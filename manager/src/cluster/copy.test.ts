import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closed, config, kinds, run, watch } from "../testing/decisions.ts";
import { initialisedStore, observationOf, statusOf } from "../testing/fixtures.ts";
import { seen, unseen } from "./observation.ts";
import type { MemberStatus } from "./status.ts";

const empty = {
  joined: false,
  ever_admitted: false,
  has_user_tables: false,
  subscriptions: [],
  slots: [],
  ...closed,
};
const emptyOwn = (change: Partial<MemberStatus> = {}) =>
  seen(statusOf("postgres1", { ...empty, ...change }));
const received = (name: string, lsn: string) =>
  seen(
    statusOf(name, {
      subscriptions: [
        { peer: "postgres1", name: "x", status: "down", received_lsn: lsn },
        { peer: "other", name: "y", status: "replicating", received_lsn: "F/0" },
      ],
    }),
  );
const asked = { donor: "postgres2", peers: ["postgres2", "postgres3"], state: "copying the files" };

describe("an empty member of a cluster that holds data", () => {
  test.each<[string, Parameters<typeof observationOf>[0], string, object[]]>([
    [
      "asks for a copy of the last in order",
      {},
      "a copy of postgres3 is about to begin",
      [{ kind: "copy", donor: "postgres3", peers: ["postgres2", "postgres3"] }],
    ],
    [
      "asks whoever received most of what it wrote before",
      {
        peers: {
          postgres2: received("postgres2", "0/200"),
          postgres3: received("postgres3", "0/1FF"),
        },
      },
      "a copy of postgres2 is about to begin",
      [{ kind: "copy", donor: "postgres2", peers: ["postgres2", "postgres3"] }],
    ],
    [
      "tells how far the copy is, and asks no more",
      { own: emptyOwn({ copy: asked }) },
      "copying the files",
      [],
    ],
    [
      "asks another when the one that it asked is no longer admitted",
      {
        own: emptyOwn({ copy: asked }),
        peers: {
          postgres2: seen(statusOf("postgres2", closed)),
          postgres3: seen(statusOf("postgres3")),
        },
      },
      "a copy of postgres3 is about to begin",
      [{ kind: "copy", donor: "postgres3", peers: ["postgres2", "postgres3"] }],
    ],
    [
      "waits for a peer that does not answer",
      { peers: { postgres2: unseen("refused"), postgres3: seen(statusOf("postgres3")) } },
      "it waits for postgres2, which does not answer and may have rows that nobody else has: start it, or take it out of the settings",
      [],
    ],
    [
      "goes before a later one that is empty too",
      {
        peers: {
          postgres2: seen(statusOf("postgres2", empty)),
          postgres3: seen(statusOf("postgres3")),
        },
      },
      "a copy of postgres3 is about to begin",
      [{ kind: "copy", donor: "postgres3", peers: ["postgres3"] }],
    ],
    [
      "waits while nobody is admitted",
      {
        peers: {
          postgres2: seen(statusOf("postgres2", closed)),
          postgres3: seen(statusOf("postgres3", closed)),
        },
      },
      "no other member is admitted that it could be copied from",
      [],
    ],
    [
      "touches no tables that are there",
      { own: emptyOwn({ has_user_tables: true }) },
      "it has tables though it never joined, and they are not overwritten: remove its container and volume to give them up",
      [],
    ],
  ])("%s", (_, change, reason, actions) => {
    const decision = run(observationOf({ own: emptyOwn(), ...change }));
    expect(decision.verdict).toEqual({
      admitted: false,
      reason: `postgres1 needs synchronising: ${reason}`,
    });
    expect(decision.actions.filter(({ kind }) => kind !== "withdraw")).toEqual(actions);
  });

  test("waits for any that was copied and is about to join", () => {
    const peers = {
      postgres2: seen(statusOf("postgres2", { ...empty, copied_from: "postgres3" })),
      postgres3: seen(statusOf("postgres3")),
    };
    const decision = run(observationOf({ own: emptyOwn(), peers }));
    expect(decision.verdict.reason).toContain("it is copied after postgres2");
  });

  test("waits for an earlier one that is empty too", () => {
    const peers = {
      postgres1: seen(statusOf("postgres1", empty)),
      postgres3: seen(statusOf("postgres3")),
    };
    const second = { ...config.members[1]! };
    const decision = run(
      observationOf({ own: seen(statusOf("postgres2", empty)), peers }),
      undefined,
      second,
    );
    expect(decision.verdict.reason).toContain("it is copied after postgres1");
    expect(kinds(decision)).toEqual(["withdraw"]);
  });
});

describe("a copy", () => {
  const copied = {
    ...empty,
    copied_from: "postgres3",
    system_identifier: "new",
  };

  test("joins, also where the one of before is still marked", () => {
    const decision = run(observationOf({ own: emptyOwn(copied) }));
    expect(decision.verdict.reason).toBe("postgres1 is joining as a copy of postgres3");
    expect(decision.actions[0]).toEqual({ kind: "join", member: "postgres1", number: 1 });
  });

  test("is marked, and opens only when everybody reads from it", () => {
    const joined = (slots: MemberStatus["slots"]) =>
      seen(
        statusOf("postgres1", {
          ...closed,
          joined: true,
          ever_admitted: false,
          copied_from: "postgres3",
          system_identifier: "new",
          slots,
        }),
      );
    const all = statusOf("postgres1").slots ?? [];
    const one = run(observationOf({ own: joined(all.slice(0, 1)) }));
    expect(one.verdict).toEqual({
      admitted: false,
      reason: "postgres3 does not read from here yet",
    });
    expect(one.actions[0]).toEqual({
      kind: "mark",
      member: "postgres1",
      systemIdentifier: "new",
    });
    // A peer that is silent now, and has not begun to read, is waited for however long it takes.
    const silent = {
      postgres2: seen(statusOf("postgres2")),
      postgres3: unseen<MemberStatus>("refused"),
    };
    const waiting = watch(600, () => ({ own: joined(all.slice(0, 1)), peers: silent }));
    expect(waiting.verdict.reason).toBe("postgres3 does not read from here yet");
    expect(run(observationOf({ own: joined(all) })).verdict.admitted).toBe(true);
  });

  test("waits for one whose copy began before it had joined, and not for one that is still empty", () => {
    const joined = statusOf("postgres1", {
      ...closed,
      ever_admitted: false,
      copied_from: "postgres3",
    });
    const slots = (joined.slots ?? []).filter(({ peer }) => peer === "postgres3");
    const reason = (change: Partial<MemberStatus>) => {
      const peers = {
        postgres2: seen(statusOf("postgres2", { ...empty, ...change })),
        postgres3: seen(statusOf("postgres3")),
      };
      return run(observationOf({ own: seen({ ...joined, slots }), peers })).verdict.reason;
    };
    expect(reason({})).toBe("receives from all reachable peers");
    expect(reason({ copy: { ...asked, donor: "postgres3" } })).toContain("postgres2 does not read");
    expect(reason({ copied_from: "postgres3" })).toContain("postgres2 does not read");
  });

  test("closes and holds up nobody before it was admitted", () => {
    const young = {
      postgres2: seen(statusOf("postgres2", { ...closed, ever_admitted: false, slots: [] })),
      postgres3: seen(statusOf("postgres3")),
    };
    expect(watch(600, () => ({ peers: young })).verdict.admitted).toBe(true);
    const restarted = seen(statusOf("postgres1", closed));
    expect(run(observationOf({ own: restarted, peers: young })).verdict.admitted).toBe(true);
  });
});

test("whatever peers say, a copy is asked for only while all that may hold rows answer, and only of an admitted one", () => {
  const peer = (name: string) =>
    fc
      .record({ here: fc.boolean(), joined: fc.boolean(), admitted: fc.boolean() })
      .map(({ here, joined, admitted }) =>
        here
          ? seen(statusOf(name, joined ? { admitted } : empty))
          : unseen<MemberStatus>("no answer"),
      );
  fc.assert(
    fc.property(peer("postgres2"), peer("postgres3"), (postgres2, postgres3) => {
      const peers = { postgres2, postgres3 };
      const decision = run(observationOf({ own: emptyOwn(), peers, store: initialisedStore }));
      expect(kinds(decision)).not.toContain("join");
      const copy = decision.actions.find((action) => action.kind === "copy");
      if (copy?.kind !== "copy") return;
      const looks = Object.values(peers).map((look) => (look.ok ? look.value : undefined));
      expect(looks).not.toContain(undefined);
      const joined = looks.filter((look) => look?.joined).map((look) => look?.member);
      expect(copy.peers).toEqual(joined);
      expect(looks.find((look) => look?.member === copy.donor)?.admitted).toBe(true);
    }),
  );
});
