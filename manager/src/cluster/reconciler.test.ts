import { describe, expect, test } from "vitest";
import type { EtcdPort } from "../adapters/etcd.ts";
import type { MemberPort } from "../adapters/member.ts";
import { initialisedStore, statusOf, testConfig } from "../testing/fixtures.ts";
import type { Action } from "./actions.ts";
import { Backoff } from "./backoff.ts";
import { Reconciler } from "./reconciler.ts";
import type { MemberStatus } from "./status.ts";
import { Watch } from "./watch.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A cluster in memory: what each member says, and what was asked of the own one. */
function fakeCluster() {
  const cluster = {
    nowMs: 0,
    statuses: {
      postgres1: statusOf("postgres1"),
      postgres2: statusOf("postgres2"),
      postgres3: statusOf("postgres3"),
    } as Record<string, MemberStatus>,
    acted: [] as Action[],
    marks: [] as string[],
    failing: new Set<string>(),
    store: initialisedStore,
    log: [] as string[],
    closed: 0,
  };
  const answer = async (name: string): Promise<MemberStatus> => {
    const status = cluster.statuses[name];
    if (status === undefined) throw new Error("refused");
    return status;
  };
  const port = (name: string): MemberPort => ({
    tick: () => answer(name),
    status: () => answer(name),
    act: async (action) => {
      cluster.acted.push(action);
      if (cluster.failing.has(action.kind)) throw new Error("cannot");
    },
    certificateExpiresMs: () => undefined,
    close: async () => {
      cluster.closed++;
    },
  });
  const etcd: Partial<EtcdPort> = {
    view: async () => cluster.store,
    putMark: async (member) => {
      cluster.marks.push(member);
    },
    close: () => {
      cluster.closed++;
    },
  };
  const ports = {
    own: port("postgres1"),
    peers: new Map(["postgres2", "postgres3"].map((name) => [name, port(name)])),
    etcd: etcd as EtcdPort,
  };
  const log = (_: string, message: string) => void cluster.log.push(message);
  const make = (before?: Reconciler) =>
    new Reconciler(testConfig(), ports, log, () => cluster.nowMs, before);
  return { cluster, make };
}

describe("Reconciler", () => {
  test("looks, decides and leaves a steady cluster alone", async () => {
    const { cluster, make } = fakeCluster();
    const reconciler = make();
    await reconciler.tick();
    expect(cluster.acted).toEqual([]);
    expect(reconciler.snapshot?.decision.meshComplete).toBe(true);
    const lines = cluster.log.length;
    await reconciler.tick();
    expect(cluster.log.length).toBe(lines);
  });

  test("retries a failing action ever more slowly", async () => {
    const { cluster, make } = fakeCluster();
    cluster.statuses["postgres1"] = statusOf("postgres1", { subscriptions: [] });
    cluster.failing.add("subscribe");
    const reconciler = make();
    for (let second = 0; second < 16; second++) {
      cluster.nowMs = second * 1000;
      await reconciler.tick();
      await settle();
    }
    const tries = cluster.acted.filter(
      (action) => action.kind === "subscribe" && action.peer === "postgres2",
    );
    // At 0, 1, 3, 7 and 15 s.
    expect(tries.length).toBe(5);
  });

  test("a reload goes on with what was known", async () => {
    const { make } = fakeCluster();
    const first = make();
    await first.tick();
    const second = make(first);
    expect(second.snapshot).toBe(first.snapshot);
    expect(second.memory).toBe(first.memory);
    expect(second.store.initialised).toBe(true);
  });

  test("closes what it opened", async () => {
    const { cluster, make } = fakeCluster();
    const reconciler = make();
    await reconciler.tick();
    await reconciler.close();
    expect(cluster.closed).toBe(4);
  });
});

describe("Watch", () => {
  test("does not wait for a look that hangs, and tells its age", async () => {
    let nowMs = 0;
    const watch = new Watch(
      () => new Promise<number>(() => undefined),
      () => nowMs,
    );
    await watch.look(5);
    expect(watch.latest(1000)).toEqual({ ok: false, error: "no answer yet" });
    nowMs = 5000;
  });

  test("a forgotten look never comes back", async () => {
    const answers: ((value: number) => void)[] = [];
    const watch = new Watch(
      () => new Promise<number>((resolve) => answers.push(resolve)),
      () => 0,
    );
    await watch.look(1);
    watch.forget();
    const second = watch.look(1000);
    answers[0]?.(1);
    await settle();
    expect(watch.latest(1000).ok).toBe(false);
    answers[1]?.(2);
    await second;
    expect(watch.latest(1000)).toEqual({ ok: true, value: 2 });
  });
});

test("Backoff rests after a success and starts over", () => {
  const backoff = new Backoff();
  expect(backoff.failed("a", 0)).toBe(1000);
  expect(backoff.failed("a", 0)).toBe(2000);
  backoff.succeeded("a", 0, 500);
  expect([backoff.allows("a", 499), backoff.allows("a", 500)]).toEqual([false, true]);
  expect(backoff.failed("a", 500)).toBe(1000);
});
