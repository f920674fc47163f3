import { expect, test } from "vitest";
import type { WorkloadSpec } from "../platform.ts";
import { containerArgs, fingerprint, type Placement } from "./container.ts";

const spec: WorkloadSpec = {
  alias: "postgres1",
  host: "local",
  image: { stage: "postgres" },
  files: {},
  volumes: [{ name: "data", path: "/var/lib/synfleet" }],
  ports: [{ internal: 5432, published: 5433 }, { internal: 9000 }],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 30,
  health: ["/usr/local/bin/healthy"],
};
const at: Placement = {
  containerName: "orders-postgres1",
  networkName: "orders-network",
  image: "synfleet/postgres:1",
  volumeNames: { config: "orders-postgres1-config", data: "orders-postgres1-data" },
  publishAddress: "127.0.0.1",
  labels: { "org.synfleet.fleet": "orders" },
  remoteAliases: {},
};
const args = (changes: Partial<WorkloadSpec> = {}, place: Partial<Placement> = {}) =>
  containerArgs({ ...spec, ...changes }, { ...at, ...place });

test("files are seen read-only, data is written", () => {
  expect(args({ hostMounts: [{ hostPath: "/", path: "/host" }] }).volumes).toEqual([
    {
      volumeName: "orders-postgres1-config",
      containerPath: "/etc/synfleet",
      readOnly: true,
    },
    { volumeName: "orders-postgres1-data", containerPath: "/var/lib/synfleet" },
    { hostPath: "/", containerPath: "/host", readOnly: true },
  ]);
});

test("clients come by the published port, members on other hosts by its own", () => {
  const bindings = (place: Partial<Placement>) =>
    args({}, place).ports.map(({ internal, external, ip }) => [internal, `${ip}:${external}`]);
  expect(bindings({})).toEqual([[5432, "127.0.0.1:5433"]]);
  expect(bindings({ publishAddress: "203.0.113.1", peerAddress: "10.0.0.1" })).toEqual([
    [5432, "203.0.113.1:5433"],
    [5432, "10.0.0.1:5432"],
    [9000, "10.0.0.1:9000"],
  ]);
  expect(
    args({ ports: [{ internal: 8443, published: 443, peers: false }] }, { peerAddress: "10.0.0.1" })
      .ports,
  ).toMatchObject([{ external: 443 }]);
  const own = { ports: [{ internal: 5432, published: 5432 }] };
  const one = { publishAddress: "10.0.0.1", peerAddress: "10.0.0.1" };
  expect(args(own, one).ports).toHaveLength(1);
});

test("a service is restarted and watched; a one-shot is neither", () => {
  expect(args()).toMatchObject({
    restart: "unless-stopped",
    mustRun: true,
    healthcheck: { tests: ["CMD", "/usr/local/bin/healthy"] },
  });
  const { health: _, ...withoutHealth } = spec;
  const once = containerArgs({ ...withoutHealth, oneShot: true }, at);
  expect(once).toMatchObject({ restart: "no", mustRun: false });
  expect(once).not.toHaveProperty("healthcheck");
});

test("the service is given its time to stop by Docker and by the engine", () => {
  expect(args()).toMatchObject({ stopTimeout: 30, destroyGraceSeconds: 30 });
});

test("workloads on other hosts are known by their addresses", () => {
  expect(args({}, { remoteAliases: { postgres2: "10.0.0.2" } }).hosts).toEqual([
    { host: "postgres2", ip: "10.0.0.2" },
  ]);
});

test("there are no environment variables but those asked for, since docker inspect shows them", () => {
  expect(args()).not.toHaveProperty("envs");
  expect(args({ environment: { B: "2", A: "a=1" } }).envs).toEqual(["A=a=1", "B=2"]);
});

test("a foreign image runs as its own user, also what it may write to", () => {
  expect(args()).toMatchObject({ user: "10001:10001" });
  expect(args({ user: 1001 })).toMatchObject({
    user: "1001:1001",
    tmpfs: { "/tmp": expect.stringMatching(/uid=1001,gid=1001$/) },
  });
});

test("files are also seen, read-only, where a program looks for them", () => {
  expect(args({ filesAt: ["/app/redis-tls"] }).volumes.slice(0, 2)).toEqual(
    ["/etc/synfleet", "/app/redis-tls"].map((containerPath) => ({
      volumeName: "orders-postgres1-config",
      containerPath,
      readOnly: true,
    })),
  );
});

test("the fingerprint is that of the arguments", () => {
  expect(fingerprint(args())).toBe(fingerprint(args()));
  expect(fingerprint(args())).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(args({ stopSeconds: 31 }))).not.toBe(fingerprint(args()));
});
