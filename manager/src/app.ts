import { Hono } from "hono";
import { bearerAuth } from "./auth.ts";
import type { AppDeps } from "./deps.ts";
import { errorHandler, notFound } from "./problem.ts";
import { clusterRoutes } from "./routes/cluster.ts";
import { healthRoutes } from "./routes/health.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { raftRoutes } from "./routes/raft.ts";
import { replicationRoutes } from "./routes/replication.ts";

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
