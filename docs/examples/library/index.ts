/** SynapseDB as a part of another program: three database nodes, a manager for each, balancer and monitoring. */
import { DockerPlatform } from "synfleet";
import { placement, SynapseDB } from "synfleet/systems";

// Other ports than the defaults, so that it can run beside the dev stack.
const nodes = [1, 2, 3].map((number) => ({
  name: `postgres${number}`,
  number,
  host: "local",
  port: 6431 + number,
  managerPort: 9076 + 4 * number,
}));
const etcd = [1, 2, 3].map((number) => ({ name: `etcd${number}`, host: "local" }));
const hosts = [{ name: "local", engine: "unix:///var/run/docker.sock" }];

const platform = new DockerPlatform(
  "platform",
  { prefix: "orders", hosts },
  placement(hosts, { members: nodes, etcd }),
);

const database = new SynapseDB("orders", {
  platform,
  members: nodes,
  etcd,
  postgres: {
    database: "orders",
    user: "shop",
    maxConnections: 100,
    workMemMiB: 8,
    memoryMiB: 768,
    cpus: 1,
    parameters: { log_min_duration_statement: "250ms" },
  },
  ports: { read: 6001, write: 6002, statistics: 9404, prometheus: 9190, grafana: 3100 },
});

/** Known only when the cluster takes clients, so whatever depends on it starts no earlier. */
export const databaseUrl = database.endpoints.write;
export const credentials = database.credentials;
export const caCertificate = database.caCertificate;
