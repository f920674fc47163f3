import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { routePath } from "hono/route";
import { z } from "zod";
import type { Item } from "./adapters/database.ts";
import { errorText, type Health, type Mode } from "./health.ts";
import type { Log } from "./log.ts";
import { problem } from "./problem.ts";
import { passes } from "./retry.ts";

/** What the routes need of the world. */
export interface AppDeps {
  readonly instance: () => string;
  readonly mode: () => Mode;
  readonly items: () => {
    list(limit: number): Promise<Item[]>;
    find(id: string): Promise<Item | undefined>;
    add(id: string, name: string): Promise<Item>;
  };
  readonly cache: () => {
    get(key: string): Promise<string | null>;
    set(key: string, value: string, seconds: number | undefined): Promise<void>;
    delete(key: string): Promise<boolean>;
  };
  readonly health: () => Promise<Health>;
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
  readonly observe: (
    labels: { method: string; uri: string; status: number },
    seconds: number,
  ) => void;
  readonly log: Log;
}

const newItem = z.strictObject({ name: z.string().trim().min(1).max(200) });
const uuid = z.uuid();
const limit = z.coerce.number().int().min(1).max(1000).default(100);
const expiry = z.coerce
  .number()
  .int()
  .min(1)
  .max(30 * 86_400)
  .optional();
const reading = new Set(["GET", "HEAD", "OPTIONS"]);

/** The HTTP service as a value: `server.ts` listens with it, tests call `app.request()`. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (passes(error))
      return problem(503, "Not available now", errorText(error), { "retry-after": "2" });
    deps.log("error", "request failed", { path: context.req.path, error: errorText(error) });
    return problem(500, "Internal error", `See the log of ${deps.instance()}.`);
  });
  app.notFound((context) =>
    problem(404, "No such path", `${context.req.path} does not exist here.`),
  );
  app.use(async (context, next) => {
    const startedMs = performance.now();
    await next();
    context.header("x-instance", deps.instance());
    const labels = {
      method: context.req.method,
      uri: routePath(context, -1),
      status: context.res.status,
    };
    deps.observe(labels, (performance.now() - startedMs) / 1000);
  });
  app.use("/api/*", async (context, next) => {
    if (deps.mode() === "write" || reading.has(context.req.method)) return next();
    return problem(
      405,
      "This instance only reads",
      `${deps.instance()} is in mode "read". Send ${context.req.method} to an instance in mode "write"; the proxy does so by itself.`,
      { allow: "GET, HEAD" },
    );
  });
  const tooLarge = () => problem(413, "Too large", "Allowed: at most 64 KiB.");
  app.use("/api/*", bodyLimit({ maxSize: 64 * 1024, onError: tooLarge }));
  app.get("/", (context) =>
    context.json({
      instance: deps.instance(),
      mode: deps.mode(),
      paths: ["/api/items", "/api/cache/KEY", "/api/whoami", "/actuator/health"],
    }),
  );
  itemRoutes(app, deps);
  cacheRoutes(app, deps);
  actuatorRoutes(app, deps);
  app.get("/api/whoami", (context) =>
    context.json({
      instance: deps.instance(),
      mode: deps.mode(),
      client: context.req.header("x-real-ip") ?? null,
      forwardedFor: context.req.header("x-forwarded-for") ?? null,
      scheme: context.req.header("x-forwarded-proto") ?? "https",
      host: context.req.header("host") ?? null,
    }),
  );
  return app;
}

function itemRoutes(app: Hono, deps: AppDeps): void {
  app.get("/api/items", async (context) => {
    const wanted = limit.safeParse(context.req.query("limit"));
    if (!wanted.success) return refused("limit", context.req.query("limit"), "1 to 1000");
    return context.json({ items: await deps.items().list(wanted.data) });
  });
  app.get("/api/items/:id", async (context) => {
    const id = context.req.param("id");
    const item = uuid.safeParse(id).success ? await deps.items().find(id) : undefined;
    return item ? context.json(item) : problem(404, "No such item", `There is no item ${id}.`);
  });
  app.post("/api/items", async (context) => {
    const body = newItem.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return refused("body", "something else", '{"name": 1 to 200 characters}');
    const item = await deps.items().add(randomUUID(), body.data.name);
    return context.json(item, 201, { location: `/api/items/${item.id}` });
  });
}

function cacheRoutes(app: Hono, deps: AppDeps): void {
  const missing = (context: Context) =>
    problem(404, "No such key", `There is no value under ${context.req.param("key")}.`);
  app.get("/api/cache/:key", async (context) => {
    const value = await deps.cache().get(context.req.param("key"));
    return value === null ? missing(context) : context.text(value);
  });
  app.put("/api/cache/:key", async (context) => {
    const seconds = expiry.safeParse(context.req.query("seconds"));
    if (!seconds.success) return refused("seconds", context.req.query("seconds"), "1 to 2592000");
    await deps.cache().set(context.req.param("key"), await context.req.text(), seconds.data);
    return context.body(null, 204);
  });
  app.delete("/api/cache/:key", async (context) =>
    (await deps.cache().delete(context.req.param("key")))
      ? context.body(null, 204)
      : missing(context),
  );
}

function actuatorRoutes(app: Hono, deps: AppDeps): void {
  app.get("/actuator/health", async (context) => {
    const seen = await deps.health();
    return context.json(seen, seen.status === "UP" ? 200 : 503);
  });
  // That the process answers, whatever its servers do: restarting it would not bring those back.
  app.get("/actuator/health/liveness", (context) => context.json({ status: "UP" }));
  app.get("/actuator/prometheus", async (context) => {
    const { contentType, text } = await deps.metrics();
    return context.body(text, 200, { "content-type": contentType });
  });
}

function refused(key: string, got: unknown, allowed: string): Response {
  return problem(
    400,
    "Request refused",
    `${key}: got ${JSON.stringify(got)}, allowed: ${allowed}.`,
  );
}
