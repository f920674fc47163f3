import { Hono } from "hono";
import type { AppDeps } from "../deps.ts";
import { Unavailable } from "../problem.ts";

/** Who belongs to the cluster and how each stands, as seen from this manager. */
export function clusterRoutes(deps: AppDeps): Hono {
  const app = new Hono();
  app.get("/members", (context) => {
    const snapshot = deps.snapshot();
    if (snapshot === undefined) throw new Unavailable("This manager has not looked around yet.");
    const { decision, observation } = snapshot;
    const own = deps.own();
    const members = deps.config().members.map((member) => {
      const { name, number, host, port } = member;
      const shared = { name, number, host, port };
      if (name === own.name) {
        const { admitted, reason } = decision.verdict;
        const status = observation.own.ok ? observation.own.value : undefined;
        const presence =
          status === undefined ? "unreachable" : status.joined ? "joined" : "outside";
        return {
          ...shared,
          presence,
          admitted,
          reason,
          server_version: status?.server_version ?? null,
        };
      }
      const peer = decision.peers.find((entry) => entry.name === name);
      return {
        ...shared,
        presence: peer?.presence ?? "unreachable",
        admitted: peer?.admitted ?? false,
        reason: peer?.reason ?? peer?.error ?? null,
        server_version: peer?.status?.server_version ?? null,
      };
    });
    return context.json({
      cluster: deps.config().cluster,
      seen_by: own.name,
      initialised: decision.initialised,
      mesh_complete: decision.meshComplete,
      joined_marks: Object.keys(observation.store.marks).sort(),
      members,
    });
  });
  return app;
}
