import { app } from "./dashboards/app.ts";
import { balancer } from "./dashboards/balancer.ts";
import type { Dashboard } from "./dashboards/dashboard.ts";
import { etcd } from "./dashboards/etcd.ts";
import { host } from "./dashboards/host.ts";
import { monitoring } from "./dashboards/monitoring.ts";
import { postgres } from "./dashboards/postgres.ts";
import { redis } from "./dashboards/redis.ts";
import { streaming } from "./dashboards/streaming.ts";
import { synap } from "./dashboards/synap.ts";
import { synapsedb } from "./dashboards/synapsedb.ts";

export type { Dashboard, Panel } from "./dashboards/dashboard.ts";

const all: readonly Dashboard[] = [
  synapsedb,
  streaming,
  postgres,
  etcd,
  redis,
  synap,
  app,
  balancer,
  host,
  monitoring,
];

/** The dashboards about what is scraped. */
export function dashboards(jobs: readonly string[]): Dashboard[] {
  return all.filter((dashboard) => dashboard.jobs.every((job) => jobs.includes(job)));
}
