/** Names of the parts of the systems inside of their deployments. */

export const BALANCER = "balancer";
export const PROXY = "proxy";
export const STATISTICS_USER = "statistics";
export const GRAFANA_USER = "admin";

/** Name of the PostgreSQL cluster of a Synaxic. */
export const DATABASE = "postgres";

/** Parts of one member, each called after what it is and whose. */
export const aliases = {
  postgres: (member: string) => `postgres-${member}`,
  redis: (member: string) => `redis-${member}`,
  app: (member: string) => `app-${member}`,
  postgresExporter: (member: string) => `postgres-exporter-${member}`,
  redisExporter: (member: string) => `redis-exporter-${member}`,
};
