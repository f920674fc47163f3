import type { EtcdClusterArgs } from "../components/etcd/cluster.ts";
import type { Platform } from "../components/platform/platform.ts";
import type { PostgresMember } from "../components/postgres/cluster.ts";
import type { EntranceArgs } from "./entrances.ts";
import type { PostgresServerArgs } from "./postgres-server.ts";

export interface SynapseDBArgs extends EntranceArgs {
  readonly platform: Platform;
  /** The database nodes, each with the port of its manager. */
  readonly members: readonly (PostgresMember & { readonly managerPort: number })[];
  /** The consensus of the managers: an odd number of members. */
  readonly etcd: EtcdClusterArgs["members"];
  readonly postgres: PostgresServerArgs;
  /** Ports on which the shared parts are published: of each balancer's host, and of the first for the monitoring. */
  readonly ports: {
    readonly read: number;
    readonly write: number;
    readonly statistics: number;
    readonly prometheus: number;
    readonly grafana: number;
  };
  readonly clientCidrs?: readonly string[];
  /** Whether Grafana runs; its image must be on the host or within reach. @default false */
  readonly grafana?: boolean;
}

/** URLs without passwords, under the same names for every system and platform. */
export interface SynapseDBEndpoints {
  readonly read: string;
  readonly write: string;
  /** One URL with every host that has a balancer, where there are several. */
  readonly readAll?: string;
  readonly writeAll?: string;
  readonly nodes: readonly string[];
  readonly managers: readonly string[];
  readonly statistics: string;
  /** None where the platform has a Prometheus that watches. */
  readonly prometheus?: string;
  readonly grafana?: string;
}
