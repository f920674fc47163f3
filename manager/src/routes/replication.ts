import { Hono } from "hono";
import type { AppDeps } from "../deps.ts";
import { Unavailable } from "../problem.ts";

/** What this member receives from each peer and how far behind it is. */
export function replicationRoutes(deps: AppDeps): Hono {
  const app = new Hono();
  app.get("/status", (context) => {
    const snapshot = deps.snapshot();
    if (snapshot === undefined) throw new Unavailable("This manager has not looked around yet.");
    const { decision, observation } = snapshot;
    const own = observation.own.ok ? observation.own.value : undefined;
    return context.json({
      member: deps.own().name,
      mesh_complete: decision.meshComplete,
      peers: decision.peers.map((peer) => ({
        peer: peer.name,
        presence: peer.presence,
        subscription: `from_${peer.name}`,
        status: peer.subscription,
        slot: peer.slot?.slot_name ?? null,
        slot_active: peer.slot?.active ?? null,
        lag_bytes: peer.lagBytes ?? null,
        lag_seconds: peer.lagSeconds ?? null,
        heartbeat_age_seconds: peer.heartbeatAgeSeconds ?? null,
        retained_bytes: peer.slot?.retained_bytes ?? null,
        caught_up_since_start: peer.caughtUp,
      })),
      conflicts: {
        total: own?.conflicts_total ?? null,
        last_minute: own?.conflicts_last_minute ?? null,
      },
      sequences_repaired_total: own?.sequences_repaired_total ?? null,
      tables: own?.tables ?? null,
    });
  });
  return app;
}
