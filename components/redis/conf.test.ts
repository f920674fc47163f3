import { describe, expect, test } from "vitest";
import { memberConf, redisConf, reloadedConf, sentinelConf } from "./conf.ts";

describe("redis.conf", () => {
  test("has TLS alone, and names instead of addresses", () => {
    const text = redisConf({ name: "redis2" });
    for (const line of [
      "port 0",
      "tls-port 6380",
      "tls-protocols TLSv1.3",
      "tls-replication yes",
      "tls-auth-clients optional",
      "replica-announce-ip redis2",
      "appendonly yes",
    ])
      expect(text.split("\n")).toContain(line);
  });
});

describe("reloaded.conf", () => {
  test("leaves room beside the data, and refuses writes rather than drop data", () => {
    expect(reloadedConf({ members: 3, memoryMiB: 1000 })).toMatchInlineSnapshot(`
      "maxmemory 600mb
      maxmemory-policy noeviction
      maxclients 2000
      appendfsync everysec
      min-replicas-to-write 1
      min-replicas-max-lag 2
      repl-backlog-size 62mb
      repl-diskless-sync yes
      repl-diskless-sync-delay 0
      repl-ping-replica-period 1
      repl-timeout 15
      replica-read-only yes
      replica-serve-stale-data yes
      tcp-keepalive 60
      auto-aof-rewrite-percentage 100
      auto-aof-rewrite-min-size 64mb
      loglevel notice
      "
    `);
  });

  test.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [5, 1],
  ])("with %i members, %i replicas must follow", (members, needed) => {
    expect(reloadedConf({ members })).toContain(`\nmin-replicas-to-write ${needed}\n`);
  });

  test("takes what is asked for", () => {
    const text = reloadedConf({
      members: 2,
      minReplicasToWrite: 1,
      maxMemoryPolicy: "allkeys-lru",
      fsync: "always",
    });
    for (const line of [
      "min-replicas-to-write 1",
      "maxmemory-policy allkeys-lru",
      "appendfsync always",
    ])
      expect(text.split("\n")).toContain(line);
  });

  test.each([
    [{ members: 2, minReplicasToWrite: 2 }, "minReplicasToWrite is 2. Allowed: 0 to 1"],
    [{ members: 3, minReplicasToWrite: 0.5 }, "minReplicasToWrite is 0.5. Allowed"],
    [{ members: 1, memoryMiB: 10 }, "memoryMiB is 10. Allowed: a whole number from 128 on"],
    [{ members: 3, minReplicasMaxLagSeconds: 1 }, "minReplicasMaxLagSeconds is 1. Allowed"],
    [{ members: 1, maxMemoryPolicy: "lru" as "allkeys-lru" }, 'maxMemoryPolicy is "lru". Allowed'],
  ])("refuses %o", (args, message) => {
    expect(() => reloadedConf(args)).toThrow(message);
  });
});

describe("sentinel.conf", () => {
  test("asks for certificates and goes by names", () => {
    const text = sentinelConf({ name: "sentinel1", set: "cache", downAfterMs: 700 });
    for (const line of [
      "tls-auth-clients yes",
      "sentinel resolve-hostnames yes",
      "sentinel announce-ip sentinel1",
      "sentinel down-after-milliseconds cache 700",
    ])
      expect(text.split("\n")).toContain(line);
  });

  test("refuses a time that every pause would exceed", () => {
    expect(() => sentinelConf({ name: "s", set: "cache", downAfterMs: 100 })).toThrow(
      "downAfterMs is 100. Allowed: a whole number from 500 on.",
    );
  });
});

describe("member.conf", () => {
  const args = { role: "server", name: "redis1", set: "cache" } as const;

  test("tells who there is", () => {
    expect(memberConf({ ...args, members: ["redis1", "redis2"], sentinels: [] })).toBe(
      "role=server\nname=redis1\nset=cache\nmembers=redis1 redis2\nsentinels=\n",
    );
  });

  test.each([
    [{ set: "my cache", members: [], sentinels: [] }, 'name of the set is "my cache"'],
    [{ members: ["redis1", "Redis2"], sentinels: [] }, 'members is "Redis2"'],
    [{ members: [], sentinels: ["a b"] }, 'sentinels is "a b"'],
  ])("refuses a name that is no host's: %o", (change, message) => {
    expect(() => memberConf({ ...args, ...change })).toThrow(message);
  });
});
