/** Four systems on one host in one stack: SynapseDB, Synaxic, and Synap twice. */
import { DockerPlatform, Scope } from "synfleet";
import {
  placement,
  Synap,
  synapPlacement,
  SynapseDB,
  Synaxic,
  synaxicPlacement,
} from "synfleet/systems";

const hosts = [{ name: "local", engine: "unix:///var/run/docker.sock" }];
const on = (names: readonly string[]) => names.map((name) => ({ name, host: "local" }));
const etcd = on(["etcd1", "etcd2", "etcd3"]);
const server = { maxConnections: 100, workMemMiB: 8, memoryMiB: 512, cpus: 1, parameters: {} };
/** Ports that every system publishes; each system has a hundred to itself. */
const ports = (first: number) => ({
  ...{ read: first + 1, write: first + 2 },
  ...{ statistics: first + 3, prometheus: first + 4, grafana: first + 5 },
});

// One platform a system, each with a name and a prefix of its own: networks, containers and volumes stay apart.
const nodes = [1, 2, 3].map((number) => ({
  ...{ name: `postgres${number}`, number, host: "local" },
  ...{ port: 6010 + number, managerPort: 6020 + number },
}));
const orders = new SynapseDB("orders", {
  platform: new DockerPlatform(
    "orders",
    { prefix: "shop-orders", hosts },
    placement(hosts, { members: nodes, etcd }),
  ),
  ...{ members: nodes, etcd, ports: ports(6000) },
  postgres: { ...server, database: "orders", user: "orders" },
});

const app = { members: on(["main", "replica"]), etcd, sentinels: [] };
const web = new Synaxic("web", {
  platform: new DockerPlatform("web", { prefix: "shop-web", hosts }, synaxicPlacement(hosts, app)),
  ...app,
  postgres: { ...server, database: "web", user: "web", failover: "standard" },
  redis: { memoryMiB: 256, maxMemoryPolicy: "noeviction", fsync: "everysec", cpus: 1 },
  app: {
    ...{ program: "reference", replicas: "read", port: 8080, tls: false, user: 10001 },
    ...{ healthPath: "/actuator/health", environment: {}, memoryMiB: 256, cpus: 1 },
  },
  ports: { ...ports(6100), http: 6110, https: 6111, redis: 6112 },
});

const store = (name: string, first: number, scope?: Scope) =>
  new Synap(
    name,
    {
      platform: new DockerPlatform(
        name,
        { prefix: `shop-${name}`, hosts },
        synapPlacement(hosts, { members: on(["synap1", "synap2"]) }),
      ),
      ...{ members: on(["synap1", "synap2"]), master: "synap1", ports: ports(first) },
      synap: { maxMemoryMiB: 128, evictionPolicy: "allkeys-lru", cpus: 1 },
    },
    scope && { parent: scope },
  );
const cache = store("cache", 6200);
// The second of a kind goes into a scope, since the parts of both have the same names.
const sessions = store("sessions", 6300, new Scope("sessions"));

export const endpoints = {
  orders: orders.endpoints,
  web: web.endpoints,
  cache: cache.endpoints,
  sessions: sessions.endpoints,
};
