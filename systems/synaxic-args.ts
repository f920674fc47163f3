import type { EtcdClusterArgs } from "../components/etcd/cluster.ts";
import type { FailoverProfile } from "../components/postgres/streaming/profile.ts";
import type { Platform } from "../components/platform/platform.ts";
import type { MaxMemoryPolicy } from "../components/redis/conf.ts";
import type { EntranceArgs } from "./entrances.ts";
import type { PostgresServerArgs } from "./postgres-server.ts";

/** One server: a PostgreSQL member, a Redis member and an instance of the app. */
export interface SynaxicMember {
  readonly name: string;
  readonly host: string;
  /** Port of the host that leads to its PostgreSQL. @default - none: clients use the balancer's */
  readonly postgresPort?: number | undefined;
  /** Port of the host that leads to its Redis. @default - none: clients use the balancer's */
  readonly redisPort?: number | undefined;
}

export interface SynaxicAppArgs {
  /** Synfleet's reference app, the public Synaxic API in an image of yours, or any HTTP image. */
  readonly program: "reference" | "synaxic-api" | "image";
  /** Needed but for the reference app. */
  readonly image?: string | undefined;
  /** Whether the instances on replicas take over the writes when the main one fails, or only ever read. */
  readonly replicas: "standby" | "read";
  readonly port: number;
  readonly tls: boolean;
  readonly user: number;
  readonly healthPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly cpus: number;
}

export interface SynaxicArgs extends EntranceArgs {
  readonly platform: Platform;
  /** The first is the main one: a new cluster's primaries, and the app that takes the writes. */
  readonly members: readonly SynaxicMember[];
  /** An odd number, by which the PostgreSQL members agree on who leads. */
  readonly etcd: EtcdClusterArgs["members"];
  /** None, or an odd number of at least three, which replace a dead Redis primary. */
  readonly sentinels: readonly { readonly name: string; readonly host: string }[];
  readonly postgres: PostgresServerArgs & {
    readonly failover: FailoverProfile;
    /** Members that may lead. @default - all of three or more, the first of two */
    readonly candidates?: readonly string[] | undefined;
  };
  readonly redis: {
    readonly memoryMiB: number;
    readonly maxMemoryPolicy: MaxMemoryPolicy;
    readonly fsync: "everysec" | "always";
    readonly cpus: number;
  };
  readonly app: SynaxicAppArgs;
  /** Ports on which the shared parts are published: of each balancer's host, and of the first for the monitoring. */
  readonly ports: {
    readonly http: number;
    readonly https: number;
    readonly read: number;
    readonly write: number;
    readonly redis: number;
    readonly statistics: number;
    readonly prometheus: number;
    readonly grafana: number;
  };
  readonly clientCidrs?: readonly string[];
  /** Whether Grafana runs; its image must be on the host or within reach. @default false */
  readonly grafana?: boolean;
}

/** URLs without passwords. */
export interface SynaxicEndpoints {
  readonly app: string;
  readonly read: string;
  readonly write: string;
  readonly redis: string;
  /** The same of every host with a balancer, where there are several; of PostgreSQL one URL with all of them. */
  readonly appAll?: readonly string[];
  readonly readAll?: string;
  readonly writeAll?: string;
  readonly redisAll?: readonly string[];
  readonly statistics: string;
  /** None where the platform has a Prometheus that watches. */
  readonly prometheus?: string;
  readonly grafana?: string;
}
