import { describe, expect, test } from "vitest";
import { createApp } from "./app.ts";
import type { AppDeps } from "./deps.ts";
import { decide, emptyMemory } from "./cluster/decide.ts";
import { unseen } from "./cluster/observation.ts";
import type { RaftStatus } from "./cluster/raft.ts";
import type { Snapshot } from "./cluster/reconciler.ts";
import type { MemberStatus } from "./cluster/status.ts";
import { createMetrics } from "./metrics.ts";
import { Unavailable } from "./problem.ts";
import { memberOf, observationOf, testConfig } from "./testing/fixtures.ts";

const token = "0123456789abcdef0123456789abcdef";
const authorised = { headers: { authorization: `Bearer ${token}` } };
const config = testConfig();
const own = memberOf(config, "postgres1");
const raft: RaftStatus = {
  node_id: "postgres1",
  role: "follower",
  current_term: 3,
  leader_id: "postgres2",
  commit_index: 9,
  last_applied: 9,
  cluster_size: 3,
  timestamp: 1,
};

function snapshotOf(change: Parameters<typeof observationOf>[0] = {}): Snapshot {
  const observation = observationOf(change);
  return { observation, decision: decide(config, own, emptyMemory, observation) };
}

function appWith(change: Partial<AppDeps> = {}) {
  const snapshot = change.snapshot ?? (() => snapshotOf());
  const metrics = createMetrics(
    "postgres1",
    snapshot,
    () => raft,
    () => ({ manager: 1_900_000_000 }),
  );
  return createApp({
    config: () => config,
    own: () => own,
    token: () => token,
    fingerprint: () => "0123456789ab",
    snapshot,
    raft: async () => raft,
    lastRaft: () => raft,
    metrics: () => metrics.render(),
    now: () => 1_000_500,
    log: () => undefined,
    ...change,
  });
}

describe("authorisation", () => {
  test.each([
    "/raft/status",
    "/raft/leader",
    "/cluster/members",
    "/replication/status",
    "/metrics",
  ])("%s needs the token", async (path) => {
    const app = appWith();
    const without = await app.request(path);
    expect(without.status).toBe(401);
    expect(without.headers.get("www-authenticate")).toContain("Bearer");
    const wrong = await app.request(path, { headers: { authorization: `Bearer ${token}x` } });
    expect(wrong.status).toBe(401);
    expect((await app.request(path, authorised)).status).toBe(200);
  });

  test("a path that does not exist tells nothing without the token", async () => {
    expect((await appWith().request("/nothing")).status).toBe(401);
  });
});

describe("GET /health", () => {
  test("is open and tells the member's state", async () => {
    const answer = await appWith().request("/health");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: "healthy",
      member: "postgres1",
      role: "follower",
      term: 3,
      has_leader: true,
      admitted: true,
      configuration: "0123456789ab",
      timestamp: 1000.5,
    });
  });

  test("does not depend on peers, the database or etcd", async () => {
    const peers = { postgres2: unseen<MemberStatus>("x"), postgres3: unseen<MemberStatus>("x") };
    const snapshot = () => snapshotOf({ peers, own: unseen("refused") });
    const answer = await appWith({ snapshot, lastRaft: () => undefined }).request("/health");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ database: "down", admitted: false, role: null });
  });

  test("fails before the first look and when looking stopped", async () => {
    expect((await appWith({ snapshot: () => undefined }).request("/health")).status).toBe(503);
    const stuck = await appWith({ now: () => 1_011_000 }).request("/health");
    expect([stuck.status, await stuck.json()]).toMatchObject([503, { status: "stuck" }]);
  });
});

test("GET /raft/status is etcd's, and 503 when etcd is away", async () => {
  expect(await (await appWith().request("/raft/status", authorised)).json()).toEqual(raft);
  const away = appWith({ raft: () => Promise.reject(new Unavailable("etcd1 does not answer")) });
  const answer = await away.request("/raft/status", authorised);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(await answer.json()).toMatchObject({ status: 503, detail: "etcd1 does not answer" });
});

test("GET /raft/leader names the member beside the leader", async () => {
  expect(await (await appWith().request("/raft/leader", authorised)).json()).toEqual({
    leader_id: "postgres2",
    term: 3,
    is_leader: false,
    leader_host: "postgres2",
    leader_port: 5432,
  });
});

test("GET /cluster/members lists all declared members", async () => {
  const snapshot = () =>
    snapshotOf({ peers: { ...observationOf().peers, postgres3: unseen("refused") } });
  const answer = await appWith({ snapshot }).request("/cluster/members", authorised);
  expect(await answer.json()).toMatchObject({
    cluster: "synapsedb",
    initialised: true,
    mesh_complete: false,
    joined_marks: ["postgres1", "postgres2", "postgres3"],
    members: [
      { name: "postgres1", number: 1, presence: "joined", admitted: true },
      { name: "postgres2", presence: "joined", admitted: true },
      { name: "postgres3", presence: "unreachable", admitted: false, reason: "refused" },
    ],
  });
});

test("GET /replication/status has a line a peer", async () => {
  const answer = await appWith().request("/replication/status", authorised);
  expect(await answer.json()).toMatchObject({
    member: "postgres1",
    mesh_complete: true,
    peers: [
      { peer: "postgres2", status: "replicating", lag_bytes: 0, lag_seconds: 0 },
      { peer: "postgres3", status: "replicating", slot: "slot_postgres1" },
    ],
  });
});

test("GET /metrics is for Prometheus", async () => {
  const answer = await appWith().request("/metrics", authorised);
  expect(answer.headers.get("content-type")).toContain("text/plain");
  const text = await answer.text();
  expect(text).toContain('synfleet_member_admitted{member="postgres1"} 1');
  expect(text).toContain('synfleet_replication_lag_bytes{peer="postgres2",member="postgres1"} 0');
  // What is not known is left out, rather than 0.
  expect(text).not.toMatch(/^synfleet_conflicts_total/m);
  expect(text).toContain("synfleet_manager_process_cpu_seconds_total");
});

test("an unknown path lists those that exist", async () => {
  const answer = await appWith().request("/gossip/members", authorised);
  expect(answer.status).toBe(404);
  const body = (await answer.json()) as { exists: string[] };
  expect(body.exists).toEqual([
    "GET /health",
    "GET /raft/status",
    "GET /raft/leader",
    "GET /cluster/members",
    "GET /replication/status",
    "GET /metrics",
  ]);
});

test("an error of ours does not leave the house", async () => {
  const app = appWith({ raft: () => Promise.reject(new Error("password is hunter2")) });
  const answer = await app.request("/raft/status", authorised);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("hunter2");
});
