/** The files of a Redis server and of a Sentinel, as text. Pure. */

/** Ports inside of the deployment; TLS only. */
export const REDIS_PORT = 6380;
export const SENTINEL_PORT = 26380;

const tls = "/etc/synfleet/tls";

export const maxMemoryPolicies = [
  "noeviction",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
] as const;
export type MaxMemoryPolicy = (typeof maxMemoryPolicies)[number];

export interface RedisServerArgs {
  /**
   * Memory that the container may use, in MiB; the data may fill 60 % of it, the rest is for copies while it is saved
   * and for what replicas have not read yet. Default 512, at least 128. A reload.
   */
  readonly memoryMiB?: number;
  /**
   * What happens when the data has no more room. Default `noeviction`: writes are refused, nothing is dropped. The
   * `allkeys-…` policies make a cache of it. A reload.
   */
  readonly maxMemoryPolicy?: MaxMemoryPolicy;
  /**
   * Replicas that must be following for a write to be taken. Default 1 where there are three members or more, else 0.
   * A primary that is cut off stops taking writes by it, so it bounds what a fail-over can lose. With two members, 1
   * means that either one's failure stops the writes. A reload.
   */
  readonly minReplicasToWrite?: number;
  /** A replica that was silent for longer does not count as following, in seconds. Default 2. A reload. */
  readonly minReplicasMaxLagSeconds?: number;
  /**
   * When a write is on disk: `everysec` within a second, which a host's crash can cost; `always` before it is answered.
   * Default `everysec`. A reload.
   */
  readonly fsync?: "everysec" | "always";
  /** Clients at once. Default 2000. A reload. */
  readonly maxClients?: number;
}

/** What a running server takes only by a restart. */
export function redisConf({ name }: { readonly name: string }): string {
  return lines([
    ...tlsOnly(REDIS_PORT),
    // Applications log in with a password; a certificate that is shown must be ours.
    "tls-auth-clients optional",
    "tls-replication yes",
    // Names, not addresses: certificates carry names, and an address changes with the container.
    `replica-announce-ip ${name}`,
    `replica-announce-port ${REDIS_PORT}`,
    "daemonize no",
    "databases 16",
    "always-show-logo no",
    "appendonly yes",
    'save ""',
    "enable-debug-command no",
    "enable-module-command no",
  ]);
}

/** What a running server takes at once: a setting a line, each of which CONFIG SET knows. */
export function reloadedConf(args: RedisServerArgs & { readonly members: number }): string {
  const memoryMiB = atLeast("memoryMiB", args.memoryMiB ?? 512, 128);
  const replicas = args.members - 1;
  const needed = args.minReplicasToWrite ?? (replicas >= 2 ? 1 : 0);
  if (!Number.isInteger(needed) || needed < 0 || needed > replicas) {
    throw new Error(
      `minReplicasToWrite is ${needed}. Allowed: 0 to ${replicas}, the number of replicas; more would refuse every write. Add members, or lower it.`,
    );
  }
  const policy = args.maxMemoryPolicy ?? "noeviction";
  if (!maxMemoryPolicies.includes(policy)) {
    throw new Error(
      `maxMemoryPolicy is "${policy}". Allowed: ${maxMemoryPolicies.join(", ")}. Choose noeviction for data, allkeys-lru for a cache.`,
    );
  }
  return lines([
    `maxmemory ${Math.floor(memoryMiB * 0.6)}mb`,
    `maxmemory-policy ${policy}`,
    `maxclients ${atLeast("maxClients", args.maxClients ?? 2000, 50)}`,
    `appendfsync ${args.fsync ?? "everysec"}`,
    `min-replicas-to-write ${needed}`,
    `min-replicas-max-lag ${atLeast("minReplicasMaxLagSeconds", args.minReplicasMaxLagSeconds ?? 2, 2)}`,
    // A replica that was away gets what it missed from here, and a whole copy only when that is more.
    `repl-backlog-size ${Math.max(8, Math.floor(memoryMiB / 16))}mb`,
    "repl-diskless-sync yes",
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1",
    "repl-timeout 15",
    "replica-read-only yes",
    "replica-serve-stale-data yes",
    "tcp-keepalive 60",
    "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb",
    "loglevel notice",
  ]);
}

export interface SentinelArgs {
  /**
   * Silence of the primary after which a Sentinel takes it for dead, in milliseconds; most of the time that a fail-over
   * takes. Default 1000, at least 500. Shorter finds a busy primary dead. Restarts the Sentinels, one by one.
   */
  readonly downAfterMs?: number;
  /** Time for a fail-over before another one may be tried, in milliseconds. Default 10000. Restarts the Sentinels. */
  readonly failoverTimeoutMs?: number;
}

/** A Sentinel's configuration but for what it remembers: who is the primary, and whom it has met. */
export function sentinelConf(
  args: SentinelArgs & { readonly name: string; readonly set: string },
): string {
  const { name, set } = args;
  return lines([
    ...tlsOnly(SENTINEL_PORT),
    // Only members, and what this deployment runs beside them, ask a Sentinel.
    "tls-auth-clients yes",
    "tls-replication yes",
    "daemonize no",
    "loglevel notice",
    "sentinel resolve-hostnames yes",
    "sentinel announce-hostnames yes",
    `sentinel announce-ip ${name}`,
    `sentinel announce-port ${SENTINEL_PORT}`,
    `sentinel down-after-milliseconds ${set} ${atLeast("downAfterMs", args.downAfterMs ?? 1000, 500)}`,
    `sentinel failover-timeout ${set} ${atLeast("failoverTimeoutMs", args.failoverTimeoutMs ?? 10_000, 1000)}`,
    `sentinel parallel-syncs ${set} 1`,
  ]);
}

/** One port on every address, for nobody without TLS 1.3. */
function tlsOnly(port: number): string[] {
  return [
    "port 0",
    `tls-port ${port}`,
    "bind * -::*",
    "protected-mode no",
    `tls-cert-file ${tls}/node.crt`,
    `tls-key-file ${tls}/node.key`,
    `tls-ca-cert-file ${tls}/ca.crt`,
    "tls-protocols TLSv1.3",
  ];
}

/** Who a member is and who the others are, for the programs of the image. */
export function memberConf(args: {
  readonly role: "server" | "sentinel";
  readonly name: string;
  readonly set: string;
  readonly members: readonly string[];
  readonly sentinels: readonly string[];
}): string {
  const { role, name, set, members, sentinels } = args;
  for (const [key, value] of [["name of the set", set] as const, ...named({ members, sentinels })])
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value))
      throw new Error(
        `${key} is ${JSON.stringify(value)}. Allowed: 1 to 63 small letters, digits and -, as in a host name.`,
      );
  return lines([
    `role=${role}`,
    `name=${name}`,
    `set=${set}`,
    `members=${members.join(" ")}`,
    `sentinels=${sentinels.join(" ")}`,
  ]);
}

/** Options of the exporter beside a server. It does not ask for settings, since passwords are among them. */
export function exporterArguments(member: string): string {
  return lines([`--redis.addr=rediss://${member}:${REDIS_PORT}`, "--config-command=-"]);
}

/** The exporter's passwords by address, of which it has one. Secret. */
export function exporterPasswords(member: string, password: string): string {
  return `${JSON.stringify({ [`rediss://monitor@${member}:${REDIS_PORT}`]: password })}\n`;
}

/** The names of a set's servers and Sentinels, or an error where they could not be one. */
export function setNames(
  servers: readonly { readonly name: string }[],
  watchers: readonly { readonly name: string }[],
): { readonly members: readonly string[]; readonly sentinels: readonly string[] } {
  const members = servers.map(({ name }) => name);
  const sentinels = watchers.map(({ name }) => name);
  if (members.length === 0) {
    throw new Error(
      "members of Redis: none given. Allowed: one or more; the first is the primary of a new set. Add one.",
    );
  }
  const twice = [...members, ...sentinels].find((name, at, all) => all.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new Error(
      `members and sentinels: "${twice}" is there twice. Allowed: each name once. Rename one of them.`,
    );
  }
  if (sentinels.length % 2 === 0 && sentinels.length > 0) {
    throw new Error(
      `sentinels are ${sentinels.length} (${sentinels.join(", ")}). Allowed: none, or an odd number from 3 on: an even number survives no more failures. Add or remove one.`,
    );
  }
  if (sentinels.length === 1) {
    throw new Error(
      `sentinels is one (${sentinels[0]}). Allowed: none, or an odd number from 3 on: a single one cannot tell a dead primary from its own cut network. Add two.`,
    );
  }
  return { members, sentinels };
}

function named(lists: Readonly<Record<string, readonly string[]>>): (readonly [string, string])[] {
  return Object.entries(lists).flatMap(([key, names]) => names.map((name) => [key, name] as const));
}

function atLeast(key: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${key} is ${value}. Allowed: a whole number from ${least} on.`);
}

function lines(list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}
