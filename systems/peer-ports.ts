/** Which ports the parts of a system open for the other hosts. Pure: hosts are asked for them before there is a part. */
import { APP_PORT } from "../components/app/spec.ts";
import { READ_PORT, WRITE_PORT } from "../components/balancer/services/admitted.ts";
import { REDIS_WRITE_PORT } from "../components/balancer/services/redis.ts";
import { SYNAP_READ_PORT, SYNAP_WRITE_PORT } from "../components/balancer/services/synap.ts";
import { STATISTICS_PORT } from "../components/balancer/spec.ts";
import { ETCD_PEER_PORT, ETCD_PORT } from "../components/etcd/spec.ts";
import { MANAGER_PORT, managerAlias } from "../components/manager/spec.ts";
import {
  NODE_EXPORTER_PORT,
  nodeExporterAlias,
  POSTGRES_EXPORTER_PORT,
  PROMETHEUS_PORT,
} from "../components/monitoring/spec.ts";
import type { PeerPort } from "../components/platform/docker/fleet/fleet.ts";
import { POSTGRES_PORT } from "../components/postgres/spec.ts";
import { PATRONI_PORT } from "../components/postgres/streaming/conf.ts";
import { STATUS_PORT } from "../components/proxy/conf.ts";
import { REDIS_PORT, SENTINEL_PORT } from "../components/redis/conf.ts";
import { REDIS_EXPORTER_PORT } from "../components/redis/exporter.ts";
import { CONTROL_PORT, HTTP_PORT } from "../components/synap/conf.ts";
import { SWARM_PORTS } from "../components/swarm/wanted.ts";
import { aliases } from "./aliases.ts";
import { entrancesOf, proxyOf } from "./entrances.ts";
import { placementOf, type Placed } from "./placement.ts";
import { postgresExporterAlias } from "./synapsedb.ts";

type PortsOf = Readonly<Record<string, readonly number[]>>;

type OnPlatform = Placed & { readonly platform?: "docker" | "swarm" | "kubernetes" };

export function peerPorts(settings: OnPlatform): PeerPort[] {
  return settings.platform === "swarm" ? swarmPorts(settings) : portsOfParts(settings);
}

/** Members speak to each other through the Swarm's network. What it has of UDP cannot be tried by a connection. */
function swarmPorts({ hosts }: Placed): PeerPort[] {
  return hosts.flatMap(({ name }) =>
    SWARM_PORTS.filter(({ protocol }) => protocol === "tcp").map(({ port }) => ({
      ...{ of: "the Swarm", host: name, port, swarm: true },
    })),
  );
}

function portsOfParts(settings: Placed): PeerPort[] {
  const open: PortsOf = {
    ...portsOf(settings),
    ...all(settings.hosts, ({ name }) => nodeExporterAlias(name), [NODE_EXPORTER_PORT]),
    prometheus: [PROMETHEUS_PORT],
  };
  return Object.entries(placementOf(settings)).flatMap(([of, host]) =>
    (open[of] ?? []).map((port) => ({ of, host, port })),
  );
}

function portsOf(settings: Placed): PortsOf {
  const entrances = entrancesOf(settings.hosts.map(named), settings);
  const behind = (...ports: number[]) => all(entrances, named, [STATISTICS_PORT, ...ports]);
  switch (settings.system) {
    case "synapsedb": {
      const { members, etcd } = settings;
      return {
        ...all(etcd, named, [ETCD_PORT, ETCD_PEER_PORT]),
        ...all(members, named, [POSTGRES_PORT]),
        ...all(members, ({ number }) => managerAlias(number), [MANAGER_PORT]),
        ...all(members, ({ number }) => postgresExporterAlias(number), [POSTGRES_EXPORTER_PORT]),
        ...behind(READ_PORT, WRITE_PORT),
      };
    }
    case "synaxic": {
      const { members, etcd, sentinels, app } = settings;
      const of = (part: keyof typeof aliases, ...ports: number[]) =>
        all(members, ({ name }) => aliases[part](name), ports);
      return {
        ...all(etcd, named, [ETCD_PORT, ETCD_PEER_PORT]),
        ...all(sentinels, named, [SENTINEL_PORT]),
        ...of("postgres", POSTGRES_PORT, PATRONI_PORT),
        ...of("redis", REDIS_PORT),
        ...of("app", app.program === "image" ? app.port : APP_PORT),
        ...of("postgresExporter", POSTGRES_EXPORTER_PORT),
        ...of("redisExporter", REDIS_EXPORTER_PORT),
        ...behind(READ_PORT, WRITE_PORT, REDIS_WRITE_PORT),
        ...all(entrances, ({ name }) => proxyOf(name), [STATUS_PORT]),
      };
    }
    case "synap":
      return {
        ...all(settings.members, named, [HTTP_PORT, CONTROL_PORT]),
        ...behind(SYNAP_READ_PORT, SYNAP_WRITE_PORT),
      };
  }
}

const named = ({ name }: { readonly name: string }) => name;

function all<T>(items: readonly T[], alias: (item: T) => string, ports: readonly number[]) {
  return Object.fromEntries(items.map((item) => [alias(item), ports]));
}
