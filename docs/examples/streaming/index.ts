/** Single components once more: one PostgreSQL writer with two replicas that take over, behind a balancer. */
import * as synfleet from "synfleet";

const on = (names: readonly string[]) => names.map((name) => ({ name, host: "local" }));
const etcd = on(["etcd1", "etcd2", "etcd3"]);
const members = on(["alpha", "beta", "gamma"]);
const balancer = "balancer";

const platform = new synfleet.DockerPlatform(
  "platform",
  { prefix: "ledger", hosts: [{ name: "local", engine: "unix:///var/run/docker.sock" }] },
  Object.fromEntries(
    [...etcd, ...members, ...on([balancer])].map(({ name, host }) => [name, host]),
  ),
);
const authority = new synfleet.CertificateAuthority("authority", { commonName: "ledger" });
const { passwords } = new synfleet.Credentials("credentials", {
  roles: ["application", "statistics"],
});

const consensus = new synfleet.EtcdCluster("consensus", { platform, authority, members: etcd });
const database = new synfleet.PostgresCluster("ledger", {
  platform,
  authority,
  members,
  replication: "streaming",
  etcd: etcd.map(({ name }) => name),
  profile: "fast",
  database: "ledger",
  user: "ledger",
  password: passwords.application,
  server: { memoryMib: 768 },
  clients: { exporters: [] },
  // Clients come through the balancer, and verify the member behind it: its certificate carries the balancer's name too.
  passedThrough: { aliases: [balancer], hosts: ["local"] },
});
const published = { read: 7001, write: 7002 };
const front = new synfleet.LoadBalancer(balancer, {
  platform,
  authority,
  host: "local",
  services: [synfleet.patroniService({ members: members.map(({ name }) => name), published })],
  statistics: { user: "statistics", password: passwords.statistics, port: 7404 },
});

/** Ends when a member leads, the others follow it, and the balancer has found them. */
const ready = platform.whenReady(
  "ready",
  [...consensus.workloads, ...database.nodes.map(({ workload }) => workload), front.workload],
  front,
);

export const writeUrl = ready.urn.apply(
  () => `postgresql://${platform.endpoint("local", published.write)}/ledger`,
);
/** A secret of the stack. */
export const password = passwords.application;
export const caCertificate = authority.certificatePem;
