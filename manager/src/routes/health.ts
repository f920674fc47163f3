import { Hono } from "hono";
import type { AppDeps } from "../deps.ts";

/** The loop counts as stuck when its last look is older than this many polls, at least 10 s. */
const stuckPolls = 10;

/** Health of this process alone: a peer, a database or etcd that is away is told, but costs nothing. */
export function healthRoutes(deps: AppDeps): Hono {
  const app = new Hono();
  app.get("/health", (context) => {
    const snapshot = deps.snapshot();
    const raft = deps.lastRaft();
    const nowMs = deps.now();
    const limitMs = Math.max(10_000, stuckPolls * deps.config().pollMilliseconds);
    const alive = snapshot !== undefined && nowMs - snapshot.observation.nowMs <= limitMs;
    const body = {
      status: alive ? "healthy" : snapshot === undefined ? "starting" : "stuck",
      node_id: deps.own().name,
      member: deps.own().name,
      role: raft?.role ?? null,
      term: raft?.current_term ?? null,
      has_leader: raft === undefined ? null : raft.leader_id !== null,
      database: snapshot?.observation.own.ok === true ? "up" : "down",
      admitted: snapshot?.decision.verdict.admitted ?? false,
      configuration: deps.fingerprint(),
      timestamp: nowMs / 1000,
    };
    return context.json(body, alive ? 200 : 503);
  });
  return app;
}
