/** etcd.yml as text. Pure. */

export interface EtcdMember {
  /** Name of the member, which is also its address in the cluster's network. */
  readonly name: string;
  /**
   * It comes into a cluster that others began: with nothing of its own it waits for them, and never begins one. For members that are added to a cluster which
   * is there. Changing it for a member that is there restarts members, one at a time. @default false
   */
  readonly joins?: boolean | undefined;
}

export interface EtcdConfArgs {
  /** The member this file is for; one of `members`. */
  readonly name: string;
  /** All members, an odd number of them. One more `joins`; one less needs `etcdctl member remove` first. */
  readonly members: readonly EtcdMember[];
  /** Tells this cluster from others that its members may reach. Never changes in a cluster's life. */
  readonly token: string;
  /** Time between a leader's signs of life, in milliseconds. Default 250. Changing it restarts members. */
  readonly heartbeatIntervalMs?: number;
  /** Silence after which another leader is elected, in milliseconds. Default 2500. Changing it restarts members. */
  readonly electionTimeoutMs?: number;
  /** Port on which figures can be read and nothing else, where those who read them may not have the rest. Changing it restarts members. Default none. */
  readonly metricsPort?: number | undefined;
  /** Largest store, in MiB. Default 512. Changing it restarts members. */
  readonly quotaMib?: number;
}

export function etcdConf(args: EtcdConfArgs): string {
  const names = args.members.map((member) => member.name);
  if (names.length % 2 === 0) {
    throw new Error(
      `members of etcd are ${names.length} (${names.join(", ") || "none"}). Allowed: an odd number (1, 3, 5): an even one survives no more failures and loses its quorum more easily.`,
    );
  }
  if (!names.includes(args.name)) {
    throw new Error(
      `name of the etcd member is "${args.name}". Allowed: one of ${names.join(", ")}.`,
    );
  }
  const began = args.members.filter(({ joins }) => !joins);
  if (began.length === 0) {
    throw new Error(
      `members of etcd are ${names.join(", ")}, all of which join. Allowed: at least one that began the cluster. Leave joins out for those.`,
    );
  }
  const heartbeatIntervalMs = args.heartbeatIntervalMs ?? 250;
  const electionTimeoutMs = args.electionTimeoutMs ?? 2500;
  if (electionTimeoutMs < 5 * heartbeatIntervalMs || electionTimeoutMs > 50_000) {
    throw new Error(
      `electionTimeoutMs is ${electionTimeoutMs}. Allowed: from 5 × heartbeatIntervalMs (${5 * heartbeatIntervalMs}) to 50000.`,
    );
  }
  const tls = "/etc/synfleet/tls";
  const security = [
    `  cert-file: ${tls}/node.crt`,
    `  key-file: ${tls}/node.key`,
    `  trusted-ca-file: ${tls}/ca.crt`,
    "  client-cert-auth: true",
  ];
  return (
    [
      `name: ${args.name}`,
      "data-dir: /var/lib/synfleet/etcd",
      `initial-cluster: ${began.map(({ name }) => `${name}=https://${name}:2380`).join(",")}`,
      `initial-cluster-token: ${args.token}`,
      `initial-cluster-state: ${began.some(({ name }) => name === args.name) ? "new" : "existing"}`,
      "strict-reconfig-check: true",
      `initial-advertise-peer-urls: https://${args.name}:2380`,
      `advertise-client-urls: https://${args.name}:2379`,
      "listen-peer-urls: https://0.0.0.0:2380",
      "listen-client-urls: https://0.0.0.0:2379",
      ...(args.metricsPort ? [`listen-metrics-urls: https://0.0.0.0:${args.metricsPort}`] : []),
      "client-transport-security:",
      ...security,
      "peer-transport-security:",
      ...security,
      "tls-min-version: TLS1.3",
      `heartbeat-interval: ${heartbeatIntervalMs}`,
      `election-timeout: ${electionTimeoutMs}`,
      `quota-backend-bytes: ${(args.quotaMib ?? 512) * 1024 * 1024}`,
      "auto-compaction-mode: periodic",
      'auto-compaction-retention: "1h"',
      "metrics: basic",
      "logger: zap",
      "log-level: warn",
      "log-outputs: [stderr]",
    ].join("\n") + "\n"
  );
}
