import { describe, expect, test } from "vitest";
import { closed, kinds, lagging, run, watch, withSubscription } from "../testing/decisions.ts";
import { observationOf, statusOf } from "../testing/fixtures.ts";
import { seen, unseen } from "./observation.ts";
import type { MemberStatus } from "./status.ts";

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
