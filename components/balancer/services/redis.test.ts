import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { redisSections, redisService } from "./redis.ts";

const args = { members: ["redis1", "redis2"], password: "check-password", reads: true };

describe("the sections of a Redis set", () => {
  test("ask every member for its role over TLS", () => {
    expect(redisSections({ ...args, minReplicasToWrite: 1, reads: false })).toMatchInlineSnapshot(`
      "# TLS is the client's with Redis: it passes through. What HAProxy asks a member itself, it asks over a TLS session of its
      # own: whether it is the primary.
      backend write-redis
        balance first
        option tcp-check
        tcp-check send "AUTH check check-password\\r\\n"
        tcp-check expect string +OK
        tcp-check send "INFO replication\\r\\n"
        tcp-check expect min-recv 250 rstring "role:master\\r\\nconnected_slaves:[0-9]+\\r\\nmin_slaves_good_slaves:([1-9]|[1-9][0-9])"
        tcp-check send "QUIT\\r\\n"
        default-server resolvers container init-addr last,libc,127.0.0.1 inter 500ms fastinter 500ms downinter 500ms fall 2 rise 1
        server redis1 redis1:6380 check check-ssl check-sni redis1 verify required verifyhost redis1 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt
        server redis2 redis2:6380 check check-ssl check-sni redis2 verify required verifyhost redis2 ca-file /etc/synfleet/tls/ca.crt crt /etc/synfleet/tls/node.crt

      frontend write-redis
        bind :6390
        default_backend write-redis
      "
    `);
  });

  test("send reads to replicas, and to the primary while there is none", () => {
    const text = redisSections(args).split("backend read-redis\n")[1]!;
    expect(text).toContain('rstring "role:slave');
    expect(text).toMatch(/server redis2 redis2:6380 check check-ssl/);
    expect(text).toMatch(/server redis1-primary redis1:6380 .* track write-redis\/redis1 backup\n/);
    expect(text).toContain("bind :6391\n");
  });

  test("take a primary without followers where the set takes its writes", () => {
    expect(redisSections(args)).not.toContain("min_slaves_good_slaves");
  });

  test.each([
    [{ members: [] }, "members of the balancer: none given"],
    [{ members: ["a b"] }, 'members is "a b"'],
    [{ password: "two words" }, "passwords.check is too short, or has a character"],
    [{ minReplicasToWrite: 10 }, "minReplicasToWrite is 10. Allowed: 0 to 9."],
  ])("refuse %o", (change, message) => {
    expect(() => redisSections({ ...args, ...change })).toThrow(message);
  });
});

describe("the service", () => {
  const service = (published: { write: number; read?: number }) =>
    redisService({ members: ["redis1"], password: pulumi.secret("check-password"), published });

  test("publishes what was asked for", () => {
    expect(service({ write: 7000, read: 7001 }).ports).toEqual([
      { internal: 6390, published: 7000 },
      { internal: 6391, published: 7001 },
    ]);
    expect(service({ write: 7000 }).ports).toEqual([{ internal: 6390, published: 7000 }]);
  });

  test("is as secret as the password in it", async () => {
    const sections = pulumi.output(service({ write: 7000 }).sections);
    expect(await pulumi.isSecret(sections)).toBe(true);
    const text = await new Promise((resolve) => sections.apply(resolve));
    expect(text).toContain('send "AUTH check check-password');
  });
});
