import { expect, test } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { redisExporter } from "./exporter.ts";
import { redisServerSpec, sentinelSpec } from "./spec.ts";

const passwords = {
  application: "application-pass",
  replica: "replica-pass",
  sentinel: "sentinel-pass",
  monitor: "monitor-pass",
  check: "check-password",
};
const args = {
  host: "alpha",
  set: "cache",
  members: ["redis1", "redis2"],
  sentinels: ["sentinel1", "sentinel2", "sentinel3"],
  passwords,
  files: {},
};

test("a server keeps its data in a volume, and its port is published", () => {
  const spec = redisServerSpec({
    ...args,
    name: "redis2",
    port: 7002,
    server: { memoryMiB: 200 },
    allowedCommands: [],
    cpus: 2,
  });
  expect(spec).toMatchObject({
    alias: "redis2",
    host: "alpha",
    image: { stage: "redis" },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: 6380, published: 7002 }],
    limits: { memoryMiB: 200, cpus: 2 },
  });
  expect(spec.files["member.conf"]!.content).toContain("role=server\nname=redis2\n");
  expect(spec.files["reloaded.conf"]!.content).toContain("maxmemory 120mb\n");
});

test("a Sentinel remembers in a volume, and only the deployment reaches it", () => {
  const spec = sentinelSpec({ ...args, name: "sentinel2", sentinel: { downAfterMs: 900 } });
  expect(spec).toMatchObject({
    alias: "sentinel2",
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [{ internal: 26380 }],
  });
  expect(spec.files["member.conf"]!.content).toContain("role=sentinel\nname=sentinel2\n");
  expect(spec.files["sentinel.conf"]!.content).toContain("down-after-milliseconds cache 900\n");
});

test("an exporter has its password by its server's address, in a secret file", async () => {
  const exporter = redisExporter({
    ...{ alias: "redis-exporter1", member: "redis1", host: "alpha" },
    password: passwords.monitor,
  });
  expect(exporter).toMatchObject({ job: "redis", member: "redis1", port: 9121 });
  const { files, image } = exporter.spec({});
  expect(image).toEqual({ stage: "redis-exporter" });
  expect(files["arguments"]!.content).toBe(
    "--redis.addr=rediss://redis1:6380\n--config-command=-\n",
  );
  const { content, secret } = files["secrets/redis_passwords"]!;
  expect(secret).toBe(true);
  expect(await new Promise((resolve) => pulumi.output(content).apply(resolve))).toBe(
    '{"rediss://monitor@redis1:6380":"monitor-pass"}\n',
  );
});
