import { Hono } from "hono";
import { bearerAuth } from "./auth.ts";
import type { RaftStatus } from "./cluster/raft.ts";
import type { Snapshot } from "./cluster/reconciler.ts";
import type { Config, MemberConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { errorHandler, notFound } from "./problem.ts";
import { clusterRoutes } from "./routes/cluster.ts";
import { healthRoutes } from "./routes/health.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { raftRoutes } from "./routes/raft.ts";
import { replicationRoutes } from "./routes/replication.ts";

/** What the routes may ask; they only read. */
export interface AppDeps {
  readonly config: () => Config;
  readonly own: () => MemberConfig;
  readonly token: () => string;
  readonly fingerprint: () => string;
  /** The last look, or nothing before the first. */
  readonly snapshot: () => Snapshot | undefined;
  /** Asks this manager's etcd member now. */
  readonly raft: () => Promise<RaftStatus>;
  /** etcd's state as last seen: for answers that must not wait for etcd. */
  readonly lastRaft: () => RaftStatus | undefined;
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
  readonly now: () => number;
  readonly log: Log;
}

/** The HTTP service as a value: `server.ts` listens with it, tests call `app.request()`. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono();
  app.onError(errorHandler(deps.log));
  app.notFound((context) => notFound(app, context.req.path));
  app.use(bearerAuth(deps.token, ["/health"]));
  app.route("/", healthRoutes(deps));
  app.route("/raft", raftRoutes(deps));
  app.route("/cluster", clusterRoutes(deps));
  app.route("/replication", replicationRoutes(deps));
  app.route("/", metricsRoutes(deps));
  return app;
}
