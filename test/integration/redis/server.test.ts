import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RedisClient } from "../../support/redis.ts";
import { Bench } from "../images/bench.ts";
import { passwords, RedisLab } from "./lab.ts";

const lab = new RedisLab(2, 0);
const { bench } = lab;

beforeAll(async () => {
  await lab.start();
  await lab.ready();
  await lab.send("redis1", "SET", "greeting", "hello");
}, 240_000);
afterAll(() => bench.stop(), 60_000);

describe.sequential("a server", () => {
  test("listens with TLS alone", async () => {
    const port = await bench.port("redis1", 6380);
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect({ host: "127.0.0.1", port }, () => socket.write("PING\r\n"));
      socket.on("data", (data) => (text += data.toString("latin1")));
      socket.on("close", () => resolve(text)).on("error", () => undefined);
    });
    expect(answer).not.toContain("PONG");
    const listening = await bench.exec("redis1", "cat", "/proc/net/tcp", "/proc/net/tcp6");
    const ports = [...listening.output.matchAll(/:([0-9A-F]{4}) [0-9A-F:]+ 0A /g)];
    // The container's own name server listens at an address of its own.
    const own = listening.output
      .split("\n")
      .filter((line) => / 0A /.test(line) && !/ 0B00007F:/.test(line));
    expect(ports.length).toBeGreaterThan(0);
    expect([...new Set(own.map((line) => parseInt(line.split(/:/)[2]!.slice(0, 4), 16)))]).toEqual([
      6380,
    ]);
  });

  test.each([
    ["who gives no password", { user: undefined, password: undefined }, /^NOAUTH/],
    ["a wrong password", { password: randomBytes(8).toString("hex") }, /^WRONGPASS/],
    ["the default user", { user: undefined }, /^WRONGPASS/],
  ])("refuses %s", async (_, changes, message) => {
    const asked = async () => {
      const client = await RedisClient.open(await lab.address("redis1", 6380, changes as object));
      await client.send("GET", "greeting");
    };
    await expect(asked()).rejects.toThrow(message);
  });

  test("is refused by who trusts another authority, and refuses certificates of one", async () => {
    const stranger = new Bench();
    await stranger.start();
    try {
      const ca = await stranger.authority;
      await expect(RedisClient.open(await lab.address("redis1", 6380, { ca }))).rejects.toThrow(
        /certificate/i,
      );
      const [, cert, key] = await stranger.certificate("redis1");
      const certificate = { cert: cert!.content, key: key!.content };
      await expect(
        RedisClient.open(await lab.address("redis1", 6380, { certificate })),
      ).rejects.toThrow();
    } finally {
      await stranger.stop();
    }
  });

  test("lets each user do no more than it must", async () => {
    await expect(lab.send("redis1", "CONFIG", "GET", "*")).rejects.toThrow(/^NOPERM/);
    await expect(lab.send("redis1", "FLUSHALL")).rejects.toThrow(/^NOPERM/);
    await expect(lab.send("redis1", "REPLICAOF", "NO", "ONE")).rejects.toThrow(/^NOPERM/);
    for (const user of ["check", "monitor", "replica", "sentinel"] as const) {
      const address = await lab.address("redis1", 6380, { user, password: passwords[user] });
      const client = await RedisClient.open(address);
      await expect(client.send("GET", "greeting")).rejects.toThrow(/^NOPERM/);
      await expect(client.send("CONFIG", "GET", "masterauth")).rejects.toThrow(/^NOPERM/);
      expect(await client.send("PING")).toBe("PONG");
      client.close();
    }
  });

  test("takes new settings, users and certificates without a restart, and the same ones without a change", async () => {
    const before = await lab.info("redis2", "run_id");
    const served = () => servedBy("redis2");
    const first = await served();
    await bench.write("redis2", "redis", [
      ...(await bench.certificate("redis2")),
      ...lab.serverFiles("redis2", { memoryMiB: 400, maxMemoryPolicy: "allkeys-lru" }, ["keys"]),
    ]);
    expect(await bench.exec("redis2", "apply")).toEqual({ code: 0, output: "" });
    expect(await lab.info("redis2", "maxmemory")).toBe(String(240 * 1024 * 1024));
    expect(await lab.info("redis2", "maxmemory_policy")).toBe("allkeys-lru");
    expect(await lab.send("redis2", "KEYS", "greeting")).toEqual(["greeting"]);
    expect(await served()).not.toBe(first);
    expect(await lab.info("redis2", "run_id")).toBe(before);

    await bench.write("redis2", "redis", lab.serverFiles("redis2"));
    expect((await bench.exec("redis2", "apply")).code).toBe(0);
    const settings = () => ownConfig("redis2");
    const known = await settings();
    expect(await bench.exec("redis2", "apply")).toEqual({ code: 0, output: "" });
    expect(await settings()).toBe(known);
    expect(await lab.info("redis2", "run_id")).toBe(before);
    await lab.ready();
  });

  test("keeps the running settings when the new ones are wrong, and say why", async () => {
    const files = lab
      .serverFiles("redis2")
      .map((file) =>
        file.path === "reloaded.conf" ? { ...file, content: "maxmemory much\n" } : file,
      );
    await bench.write("redis2", "redis", files);
    const { code, output } = await bench.exec("redis2", "apply");
    expect(code).toBe(1);
    expect(output).toContain("configuration refused, the running one is kept");
    await bench.write("redis2", "redis", lab.serverFiles("redis2"));
    expect((await bench.exec("redis2", "apply")).code).toBe(0);
  });

  test("is watched by an exporter, which sees no setting and serves nobody without a certificate", async () => {
    await lab.startExporter("redis2");
    const text = await lab.metrics("redis2");
    expect(text).toMatch(/^redis_up 1$/m);
    expect(text).toMatch(/^redis_instance_info\{.*role="slave".*\} 1$/m);
    expect(text).toMatch(/^redis_master_link_up\{.*\} 1$/m);
    expect(text).toMatch(/^redis_exporter_last_scrape_error\{err=""\} 0$/m);
    expect(text).not.toContain("redis_config_");
    // What alerts and dashboards go by.
    for (const name of ["memory_used_bytes", "memory_max_bytes", "aof_last_write_status"])
      expect(text).toMatch(new RegExp(`^redis_${name} \\d`, "m"));
    const port = await bench.port("exporter-redis2", 9121);
    await expect(fetch(`http://localhost:${port}/metrics`).then((r) => r.ok)).resolves.toBe(false);
    await expect(bench.https("exporter-redis2", 9121, "/metrics")).rejects.toThrow();
  });
});

/** The certificate that a member shows. */
async function servedBy(name: string): Promise<string> {
  const script =
    "openssl s_client -connect localhost:6380 </dev/null 2>/dev/null | openssl x509 -noout -serial";
  return (await bench.exec(name, "bash", "-c", script)).output;
}

/** All settings of a running server, which only the server's own container may ask. */
async function ownConfig(name: string): Promise<string> {
  const script = `. /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/redis.sh; ask_self CONFIG GET "'*'"`;
  return (await bench.exec(name, "bash", "-c", script)).output;
}
