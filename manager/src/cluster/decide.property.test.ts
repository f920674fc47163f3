import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { initialisedStore, memberOf, statusOf, testConfig } from "../testing/fixtures.ts";
import { type Decision, type Memory, decide, emptyMemory } from "./decide.ts";
import { type Observation, type Seen, seen, unseen } from "./observation.ts";
import { reached } from "./lsn.ts";
import type { MemberStatus } from "./status.ts";

const config = testConfig();
const own = memberOf(config, "postgres1");

const lsn = fc.integer({ min: 1, max: 0x0f_ff_ff_ff }).map((bytes) => `0/${bytes.toString(16)}`);
const subscription = fc.constantFrom("replicating", "down", "disabled", "initializing");

const member = (name: string): fc.Arbitrary<Seen<MemberStatus>> => {
  const others = ["postgres1", "postgres2", "postgres3"].filter((other) => other !== name);
  const answer = fc
    .record({
      joined: fc.boolean(),
      admitted: fc.boolean(),
      ever_admitted: fc.boolean(),
      wal_lsn: lsn,
      postmaster_started_at: fc.constantFrom("a", "b"),
      system_identifier: fc.constantFrom(`id-${name}`, "other"),
      statuses: fc.tuple(subscription, subscription),
      confirmed: fc.option(lsn, { nil: undefined }),
    })
    .map(({ statuses, confirmed, ...change }) =>
      seen(
        statusOf(name, {
          ...change,
          ever_admitted: change.joined && (change.ever_admitted || change.admitted),
          admitted: change.joined && change.admitted,
          subscriptions: change.joined
            ? others.map((peer, index) => ({
                peer,
                name: `from_${peer}`,
                status: statuses[index] ?? "down",
              }))
            : [],
          slots:
            change.joined && confirmed !== undefined
              ? others.map((peer) => ({
                  peer,
                  slot_name: `slot_${peer}`,
                  active: true,
                  confirmed_flush_lsn: confirmed,
                }))
              : [],
        }),
      ),
    );
  return fc.oneof(
    { weight: 4, arbitrary: answer },
    { weight: 1, arbitrary: fc.constant(unseen<MemberStatus>("no answer")) },
  );
};

const look = fc.record({
  afterMs: fc.integer({ min: 100, max: 30_000 }),
  own: member("postgres1"),
  postgres2: member("postgres2"),
  postgres3: member("postgres3"),
  store: fc.constantFrom(
    initialisedStore,
    { known: true, initialised: false, marks: {} },
    { known: false, initialised: false, marks: {} },
  ),
});

/** Runs decisions over any course of events and hands each one to `check`. */
function overAnyCourse(
  check: (decision: Decision, observation: Observation, before: Memory) => void,
): void {
  fc.assert(
    fc.property(fc.array(look, { minLength: 1, maxLength: 12 }), (course) => {
      let memory = emptyMemory;
      let nowMs = 0;
      for (const { afterMs, own: ownLook, postgres2, postgres3, store } of course) {
        nowMs += afterMs;
        const peers = { postgres2, postgres3 };
        const observation = { nowMs, own: ownLook, peers, store };
        const decision = decide(config, own, memory, observation);
        check(decision, observation, memory);
        memory = decision.memory;
      }
    }),
    { numRuns: 300 },
  );
}

const peerLooks = (observation: Observation) =>
  Object.values(observation.peers).flatMap((peer) => (peer.ok ? [peer.value] : []));

describe("whatever happens", () => {
  test("a member opens only when it has all that reachable peers had when it started", () => {
    overAnyCourse((decision, observation) => {
      const status = observation.own;
      if (!status.ok || status.value.admitted || !decision.verdict.admitted) return;
      // Nobody has ever written on a member that was never admitted.
      const written = ({ ever_admitted }: MemberStatus) =>
        ever_admitted || !status.value.ever_admitted;
      for (const peer of peerLooks(observation).filter((entry) => entry.joined && written(entry))) {
        const confirmed = peer.slots?.[0]?.confirmed_flush_lsn ?? "0/0";
        const target = decision.memory.peers[peer.member ?? ""]?.target;
        expect(reached(confirmed, target ?? "F/0")).toBe(true);
        const arrives = status.value.subscriptions?.find((entry) => entry.peer === peer.member);
        expect(arrives?.status).toBe("replicating");
      }
    });
  });

  test("an open member closes only when another is open", () => {
    overAnyCourse((decision, observation) => {
      const status = observation.own;
      // An open member of another database than the one that joined does not exist: open is proof.
      if (!status.ok || !status.value.admitted || decision.verdict.admitted) return;
      expect(peerLooks(observation).some((peer) => peer.admitted)).toBe(true);
    });
  });

  test("an empty member joins only a cluster that nobody knows to be initialised", () => {
    overAnyCourse((decision, observation) => {
      if (!decision.actions.some((action) => action.kind === "join")) return;
      expect(observation.store).toMatchObject({ known: true, initialised: false });
      expect(peerLooks(observation).some((peer) => peer.ever_admitted)).toBe(false);
    });
  });

  test("a member outside the mesh is never open and subscribes to nobody", () => {
    overAnyCourse((decision, observation) => {
      if (!observation.own.ok || observation.own.value.joined) return;
      expect(decision.verdict.admitted).toBe(false);
      expect(decision.actions.map((action) => action.kind)).not.toContain("subscribe");
    });
  });

  test("every verdict has a reason, and one is written only when it is new", () => {
    overAnyCourse((decision, observation) => {
      expect(decision.verdict.reason).not.toBe("");
      const status = observation.own.ok ? observation.own.value : undefined;
      const written = decision.actions.filter(
        ({ kind }) => kind === "admit" || kind === "withdraw",
      );
      const same =
        status?.admitted === decision.verdict.admitted && status.reason === decision.verdict.reason;
      expect(written.length).toBe(status === undefined || same ? 0 : 1);
    });
  });

  test("the same look twice decides the same", () => {
    overAnyCourse((decision, observation, before) => {
      expect(decide(config, own, before, observation)).toEqual(decision);
    });
  });
});
