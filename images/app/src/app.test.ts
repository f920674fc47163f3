import { describe, expect, test } from "vitest";
import type { Item } from "./adapters/database.ts";
import { createApp, type AppDeps } from "./app.ts";
import { health, type Mode } from "./health.ts";

const item: Item = {
  id: "4f0d6a0e-6d2a-4c4f-9b9b-0d6b6f6b8c11",
  name: "first",
  createdAt: "2026-01-01T00:00:00.000000Z",
};

function app(mode: Mode = "write", change: Partial<AppDeps> = {}) {
  const values = new Map<string, string>();
  const observed: { method: string; uri: string; status: number }[] = [];
  const logged: unknown[] = [];
  const made = createApp({
    instance: () => "app1",
    mode: () => mode,
    items: () => ({
      list: async () => [item],
      find: async (id) => (id === item.id ? item : undefined),
      add: async (id, name) => ({ ...item, id, name }),
    }),
    cache: () => ({
      get: async (key) => values.get(key) ?? null,
      set: async (key, value) => void values.set(key, value),
      delete: async (key) => values.delete(key),
    }),
    health: () =>
      health(mode, {
        database: async () => ({ role: "primary", table: true }),
        cache: async () => undefined,
      }),
    metrics: async () => ({ contentType: "text/plain", text: "app_info 1\n" }),
    observe: (labels) => observed.push(labels),
    log: (...line) => logged.push(line),
    ...change,
  });
  return { request: made.request, observed, logged };
}

const post = (body: unknown) => ({ method: "POST", body: JSON.stringify(body) });

describe("items", () => {
  test("are listed, found, and made", async () => {
    const { request } = app();
    expect(await (await request("/api/items")).json()).toEqual({ items: [item] });
    expect(await (await request(`/api/items/${item.id}`)).json()).toEqual(item);
    const made = await request("/api/items", post({ name: " second " }));
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toMatch(/^\/api\/items\/[0-9a-f-]{36}$/);
    expect(await made.json()).toMatchObject({ name: "second" });
  });

  test.each([
    ["/api/items?limit=0", undefined, 400],
    ["/api/items/nonsense", undefined, 404],
    ["/api/items", post({ name: "" }), 400],
    ["/api/items", post({ name: "a", extra: 1 }), 400],
    ["/api/items", { method: "POST", body: "{" }, 400],
    ["/api/items", post({ name: "x".repeat(70_000) }), 413],
    ["/nothing", undefined, 404],
  ])("refuse %s %j", async (path, init, status) => {
    const answer = await app().request(path, init);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });
});

test("cached values are set, read and deleted", async () => {
  const { request } = app();
  const path = "/api/cache/greeting";
  expect((await request(path)).status).toBe(404);
  expect((await request(`${path}?seconds=60`, { method: "PUT", body: "hello" })).status).toBe(204);
  expect(await (await request(path)).text()).toBe("hello");
  expect((await request(path, { method: "DELETE" })).status).toBe(204);
  expect((await request(path, { method: "DELETE" })).status).toBe(404);
  expect((await request(`${path}?seconds=0`, { method: "PUT", body: "x" })).status).toBe(400);
});

test("an instance that only reads refuses every write and says where it belongs", async () => {
  const { request } = app("read");
  expect((await request("/api/items")).status).toBe(200);
  for (const [path, method] of [
    ["/api/items", "POST"],
    ["/api/cache/a", "PUT"],
    ["/api/cache/a", "DELETE"],
  ] as const) {
    const answer = await request(path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, HEAD");
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('mode "write"') });
  }
});

test("every answer names its instance, and is observed by route and not by path", async () => {
  const { request, observed } = app();
  const answer = await request("/api/items/nonsense");
  expect(answer.headers.get("x-instance")).toBe("app1");
  expect(observed).toEqual([{ method: "GET", uri: "/api/items/:id", status: 404 }]);
});

test("an error that passes is 503, another is 500 and only in the log", async () => {
  const failing = (error: Error) =>
    app("write", {
      cache: () => ({ ...({} as ReturnType<AppDeps["cache"]>), get: () => Promise.reject(error) }),
    });
  const away = await failing(new Error("Socket closed unexpectedly")).request("/api/cache/a");
  expect(away.status).toBe(503);
  expect(away.headers.get("retry-after")).toBe("2");
  const broken = failing(new Error("a secret detail"));
  const answer = await broken.request("/api/cache/a");
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("secret detail");
  expect(JSON.stringify(broken.logged)).toContain("secret detail");
});

describe("health", () => {
  const parts = {
    database: async () => ({ role: "primary" as const, table: true }),
    cache: async () => undefined,
  };
  const standby = async () => ({ role: "standby" as const, table: true });

  test("is UP when both parts are", async () => {
    const { request } = app();
    const answer = await request("/actuator/health");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: "UP",
      components: { db: { status: "UP", details: { role: "primary" } }, redis: { status: "UP" } },
    });
    expect(await (await request("/actuator/prometheus")).text()).toBe("app_info 1\n");
  });

  test.each([
    ["a standby for a writer", "write", { ...parts, database: standby }, "DOWN"],
    ["a standby for a reader", "read", { ...parts, database: standby }, "UP"],
    [
      "no table",
      "read",
      { ...parts, database: async () => ({ ...(await standby()), table: false }) },
      "DOWN",
    ],
    ["no cache", "read", { ...parts, cache: () => Promise.reject(new Error("gone")) }, "DOWN"],
  ] as const)("with %s", async (_, mode, given, status) => {
    const seen = await health(mode, given);
    expect(seen.status).toBe(status);
    const answer = await app(mode, { health: async () => seen }).request("/actuator/health");
    expect(answer.status).toBe(status === "UP" ? 200 : 503);
    const alive = await app(mode, { health: async () => seen }).request(
      "/actuator/health/liveness",
    );
    expect(alive.status).toBe(200);
  });
});
