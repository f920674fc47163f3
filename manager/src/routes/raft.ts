import { Hono } from "hono";
import type { AppDeps } from "../deps.ts";

/** Consensus, as the real etcd has it. */
export function raftRoutes(deps: AppDeps): Hono {
  const app = new Hono();
  app.get("/status", async (context) => context.json(await deps.raft()));
  app.get("/leader", async (context) => {
    const raft = await deps.raft();
    const leader = deps.config().members.find((entry) => entry.name === raft.leader_id);
    return context.json({
      leader_id: raft.leader_id,
      term: raft.current_term,
      is_leader: raft.role === "leader",
      leader_host: leader?.host ?? null,
      leader_port: leader?.port ?? null,
    });
  });
  return app;
}
