import { Hono } from "hono";
import type { AppDeps } from "../deps.ts";

/** For Prometheus. */
export function metricsRoutes(deps: AppDeps): Hono {
  const app = new Hono();
  app.get("/metrics", async () => {
    const { contentType, text } = await deps.metrics();
    return new Response(text, { headers: { "content-type": contentType } });
  });
  return app;
}
