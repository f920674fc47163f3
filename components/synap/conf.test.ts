import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { guardConf, memberConf, serverConf, type ServerConfArgs } from "./conf.ts";
import { destructive, destructiveCommands, reads } from "./routes.ts";

const matches = (expressions: readonly string[], path: string) =>
  expressions.some((expression) => new RegExp(expression).test(path));

describe("config.yml", () => {
  const text = serverConf({ maxMemoryMib: 512 }, "p\"a\\s's: #1");

  test("has every section and key that the server demands, and the password whatever is in it", () => {
    const conf = parse(text);
    expect(Object.keys(conf)).toEqual(
      expect.arrayContaining(["server", "kv_store", "queue", "logging", "protocols", "rate_limit"]),
    );
    expect(conf.kv_store).toEqual({
      max_memory_mb: 512,
      eviction_policy: "allkeys-lru",
      ttl_cleanup_interval_ms: 1000,
    });
    expect(conf.persistence.wal.fsync_mode).toBe("always");
    expect(conf.persistence.snapshot.enabled).toBe(false);
    expect(conf.auth).toMatchObject({ enabled: true, require_auth: true });
    expect(conf.auth.root.password).toBe("p\"a\\s's: #1");
  });

  test("lets nobody in from outside of the container", () => {
    const conf = parse(text);
    expect(conf.server.host).toBe("127.0.0.1");
    expect([conf.resp3.enabled, conf.synap_rpc.enabled]).toEqual([false, false]);
  });

  test.each<[ServerConfArgs, string, string]>([
    [{ maxMemoryMib: 8 }, "password", "maxMemoryMib is 8. Allowed: a whole number from 16."],
    [
      { maxMemoryMib: 64, evictionPolicy: "lru" as "noeviction" },
      "password",
      'evictionPolicy is "lru". Allowed: noeviction',
    ],
    [{ maxMemoryMib: 64 }, "short", "password of root has 5 characters. Allowed: 8 or more."],
  ])("refuses %j", (args, password, message) => {
    expect(() => serverConf(args, password)).toThrow(message);
  });
});

describe("haproxy.cfg of the guard", () => {
  const args = {
    members: ["synap1", "synap2"],
    clients: ["balancer"],
    user: "root",
    password: "it's",
  };

  test("is the same text for the same values", () => {
    expect(guardConf(args)).toMatchSnapshot();
  });

  test.each(["a b", ""])("refuses %j as a client", (name) => {
    expect(() => guardConf({ ...args, clients: [name] })).toThrow("clients is");
  });

  test("refuses a password with a line break", () => {
    expect(() => guardConf({ ...args, password: "a\nb" })).toThrow("password has a line break");
  });
});

test("synap.json names a master that is a member", () => {
  const args = { name: "synap1", members: ["synap1"], master: "synap2", group: "g", user: "root" };
  expect(() => memberConf(args)).toThrow('master is "synap2". Allowed: one of synap1.');
});

describe("routes", () => {
  test.each([
    ...[
      "/health",
      "/metrics",
      "/info",
      "/kv/get/a:b",
      "/kv/get/a%2Fb",
      "/kv/stats",
      "/kv/k/strlen",
    ],
    ...[
      "/key/k/exists",
      "/hash/k/f",
      "/hash/k/getall",
      "/list/k/range",
      "/set/k/members",
      "/queue/q/stats",
    ],
  ])("%s is a read", (path) => {
    expect(matches(reads, path)).toBe(true);
  });

  test.each([
    ...[
      "/kv/set",
      "/kv/del/k",
      "/kv/k/append",
      "/kv/ws",
      "/kv/get/a/b",
      "/kv/get/",
      "/snapshot",
      "/mcp",
      "/umicp",
    ],
    ...[
      "/queue/q/consume/me",
      "/stream/r/consume/me",
      "/api/v1/command",
      "/script/eval",
      "/auth/keys",
      "/cluster/info",
    ],
    ...[
      "/healthx",
      "/x/health",
      "/sortedset/k/zpopmin",
      "/pubsub/ws",
      "//kv/get/k",
      "/kv/get/k\n/kv/set",
    ],
  ])("%s is none", (path) => {
    expect(matches(reads, path)).toBe(false);
  });

  test("what empties a key when the server starts again is known by path and by command", () => {
    expect(matches(destructive, "/kv/k/append")).toBe(true);
    expect(matches(destructive, "/kv/k/setrange")).toBe(true);
    expect(matches(destructive, "/kv/k/getset")).toBe(false);
    const command = new RegExp(destructiveCommands.replaceAll("[[:space:]]", "\\s"));
    expect(command.test('{ "command" : "kv.append"}')).toBe(true);
    expect(command.test('{"command":"kv.set"}')).toBe(false);
  });
});
