import type { ScrapeJob } from "../monitoring/prometheus.ts";
import type { FileSpec, Platform, WorkloadSpec } from "../platform/platform.ts";
import { etcdConf, type EtcdConfArgs, type EtcdMember } from "./conf.ts";

/** Port on which every member serves its clients. */
export const ETCD_PORT = 2379;
/** On which its members speak to each other. */
export const ETCD_PEER_PORT = 2380;

const METRICS_PORT = 2381;

type Watched = Pick<Platform, "watcher">;

/** Whoever has a certificate may write at the clients' port, so a Prometheus that is not the deployment's own has another. */
export const etcdMetricsPort = ({ watcher }: Watched): number =>
  watcher ? METRICS_PORT : ETCD_PORT;

/** What Prometheus reads. At the port for figures alone, etcd holds every other name of a certificate against the address that it comes from. */
export const etcdJob = (platform: Watched, members: readonly { readonly name: string }[]) =>
  ({
    name: "etcd",
    targets: members.map(({ name: host }) => ({ host, port: etcdMetricsPort(platform) })),
    access: platform.watcher ? "common-name" : "certificate",
  }) satisfies ScrapeJob;

interface EtcdSpecArgs {
  readonly name: string;
  readonly host: string;
  readonly members: readonly EtcdMember[];
  /** Tells this cluster's members from those of another. */
  readonly token: string;
  /** Port on which figures are read. @default - the clients' own */
  readonly metricsPort?: number;
  readonly files: Readonly<Record<string, FileSpec>>;
}

/** A member's configuration by the names of its files. Who came later is in none that a member restarts for. */
export function etcdFiles(args: EtcdConfArgs): Record<string, string> {
  const joined = args.members.filter(({ joins }) => joins).map((member) => `${member.name}\n`);
  return { "etcd.yml": etcdConf(args), ...(joined.length > 0 && { joined: joined.join("") }) };
}

export function etcdSpec({ name, host, files, ...args }: EtcdSpecArgs): WorkloadSpec {
  const metricsPort = args.metricsPort === ETCD_PORT ? undefined : args.metricsPort;
  const rendered = Object.entries(etcdFiles({ ...args, name, metricsPort }));
  return {
    alias: name,
    host,
    image: { stage: "etcd" },
    files: {
      ...files,
      ...Object.fromEntries(rendered.map(([path, content]) => [path, { content }])),
    },
    volumes: [{ name: "data", path: "/var/lib/synfleet" }],
    ports: [
      ...[{ internal: ETCD_PORT }, { internal: ETCD_PEER_PORT }],
      ...(metricsPort ? [{ internal: metricsPort }] : []),
    ],
    limits: { memoryMiB: 256, cpus: 1 },
    stopSeconds: 15,
    health: ["/usr/local/bin/healthy"],
  };
}
