/** Files of a Synap member as text, from plain values. Pure. */
import { quoted, word, words } from "../balancer/servers.ts";
import { destructive, destructiveCommands, pathAcl, reads } from "./routes.ts";

export const evictionPolicies = [
  ...["noeviction", "allkeys-lru", "volatile-lru", "allkeys-random", "volatile-random"],
  ...["volatile-ttl", "allkeys-lfu", "volatile-lfu"],
] as const;
export type EvictionPolicy =
  | "noeviction"
  | "allkeys-lru"
  | "volatile-lru"
  | "allkeys-random"
  | "volatile-random"
  | "volatile-ttl"
  | "allkeys-lfu"
  | "volatile-lfu";

/** Port of the guard in front of the server: HTTPS with a certificate of the client. */
export const HTTP_PORT = 15500;
/** Port of the members among themselves. */
export const CONTROL_PORT = 15600;

export interface ServerConfArgs {
  /** Memory for the data, in MiB; beyond it the eviction policy decides. Restart of the server. */
  readonly maxMemoryMib: number;
  /** Which keys go when memory is full. Restart of the server. @default "allkeys-lru" */
  readonly evictionPolicy?: EvictionPolicy;
  /** User with all rights. Restart of the server. @default "root" */
  readonly user?: string;
  /** Messages that a queue holds at most. Restart of the server. @default 100000 */
  readonly queueDepth?: number;
  /** Restart of the server. @default "warn" */
  readonly logLevel?: "trace" | "debug" | "info" | "warn" | "error";
}

/**
 * config.yml with every section that the server demands. It is JSON, which YAML includes. The role comes by argument.
 * Secret: it holds the password.
 */
export function serverConf(
  args: ServerConfArgs,
  password: string,
  // 127.0.0.1 alone: what comes from outside comes through the guard.
  listen: { readonly host: string; readonly port: number } = { host: "127.0.0.1", port: 25500 },
): string {
  const { maxMemoryMib, evictionPolicy = "allkeys-lru", user = "root" } = args;
  if (!Number.isInteger(maxMemoryMib) || maxMemoryMib < 16) {
    throw new Error(`maxMemoryMib is ${maxMemoryMib}. Allowed: a whole number from 16.`);
  }
  if (!evictionPolicies.includes(evictionPolicy)) {
    throw new Error(
      `evictionPolicy is ${JSON.stringify(evictionPolicy)}. Allowed: ${evictionPolicies.join(", ")}.`,
    );
  }
  if (password.length < 8) {
    throw new Error(`password of ${user} has ${password.length} characters. Allowed: 8 or more.`);
  }
  return `${JSON.stringify(
    {
      server: { ...listen, websocket_enabled: true },
      kv_store: {
        max_memory_mb: maxMemoryMib,
        eviction_policy: evictionPolicy,
        ttl_cleanup_interval_ms: 1000,
      },
      queue: {
        enabled: true,
        max_depth: args.queueDepth ?? 100_000,
        ack_deadline_secs: 30,
        default_max_retries: 3,
        default_priority: 5,
      },
      logging: { level: args.logLevel ?? "warn", format: "json" },
      protocols: {
        streamable_http: { enabled: true, path: "/api/v1/command" },
        rest: { enabled: true, prefix: "/kv" },
      },
      rate_limit: { enabled: false, requests_per_second: 1000, burst_size: 100 },
      persistence: {
        enabled: true,
        wal: {
          enabled: true,
          path: "./wal/synap.wal",
          buffer_size_kb: 64,
          // The others lose what was acknowledged, "periodic" even when the server is stopped in good order.
          fsync_mode: "always",
          fsync_interval_ms: 1000,
          max_size_mb: 1024,
        },
        // A snapshot forgets when keys expire, and can miss a write that was logged while it was made. The log has all.
        snapshot: {
          enabled: false,
          directory: "./snapshots",
          interval_secs: 300,
          operation_threshold: 10_000,
          max_snapshots: 2,
          compression: false,
        },
      },
      auth: {
        enabled: true,
        require_auth: true,
        root: { username: user, password, enabled: true },
      },
      // Writes through these are neither logged nor replicated.
      resp3: { enabled: false },
      synap_rpc: { enabled: false },
    },
    undefined,
    2,
  )}\n`;
}

export interface MemberConfArgs {
  readonly name: string;
  readonly members: readonly string[];
  readonly master: string;
  readonly group: string;
  readonly user: string;
  /** Writes after which a master lets new replicas begin later in its log; it has the last million. @default 400000 */
  readonly rebaseAfter?: number;
}

/** synap.json, for the supervisor. */
export function memberConf(args: MemberConfArgs): string {
  const members = words("members", args.members);
  if (!members.includes(args.master)) {
    throw new Error(`master is "${args.master}". Allowed: one of ${members.join(", ")}.`);
  }
  return `${JSON.stringify({ ...args, members }, undefined, 2)}\n`;
}

export interface GuardConfArgs {
  /** Common names of the certificates that may come in: balancers, Prometheus, operators. */
  readonly clients: readonly string[];
  readonly members: readonly string[];
  /** The server's user with all rights. */
  readonly user: string;
  readonly password: string;
}

/**
 * haproxy.cfg of the guard: TLS, who may come in, and what may be asked of a member in its present role. It also checks the
 * root user's password, which the server takes 0.3 s of processor time for, and goes on with a key. Secret.
 */
export function guardConf({ clients, members, user, password }: GuardConfArgs): string {
  const admitted = [...words("members", members), ...clients.map((name) => word("clients", name))];
  return `global
  maxconn 2000
  nbthread 2
  log stdout format raw local0 notice
  stats socket /run/synfleet/guard.sock mode 600 level admin
  ssl-load-extra-del-ext
  ssl-default-bind-options ssl-min-ver TLSv1.3
  hard-stop-after 5s

defaults
  mode http
  log global
  option dontlognull
  timeout connect 1s
  timeout http-request 10s
  timeout http-keep-alive 60s
  timeout client 60s
  timeout server 60s
  timeout queue 2s
  timeout tunnel 1h

frontend guard
  bind :${HTTP_PORT} ssl crt /etc/synfleet/tls/node.crt ca-file /etc/synfleet/tls/ca.crt verify required alpn h2,http/1.1
  acl admitted ssl_c_s_dn(CN) -m str ${admitted.join(" ")}
  acl public path /health /metrics
  acl get method GET HEAD
  acl supervised path /synfleet/ready /synfleet/master /synfleet/replica /synfleet/metrics
${pathAcl("reads", reads)}${pathAcl("destructive", destructive)}  # The supervisor says which: closed, replica, full, master.
  http-request set-var(txn.mode) str(mode),map_str(/run/synfleet/mode.map,closed)
  acl closed var(txn.mode) -m str closed
  acl replica var(txn.mode) -m str replica
  acl full var(txn.mode) -m str full
  http-request return status 403 content-type application/json string '{"error":"this certificate is not one of those that are let in"}' unless admitted
  http-request return status 503 content-type application/json string '{"error":"this member takes no requests at present"}' hdr Retry-After 1 if closed !public !supervised
  http-request return status 405 content-type application/json string '{"error":"this member is a replica: it answers reads alone, writes go to the master"}' hdr Allow "GET, HEAD" if replica !supervised !get or replica !supervised !reads
  http-request return status 507 content-type application/json string '{"error":"the volume of this member is nearly full: it answers reads alone until there is room"}' if full !supervised !get or full !supervised !reads
  http-request wait-for-body time 5s at-least 4096 if { path /api/v1/command }
  acl destructive req.body,lower -m reg '${destructiveCommands}'
  http-request return status 501 content-type application/json string '{"error":"refused: the server would log an empty value in place of this key, and lose it at its next start. Use set"}' if destructive
  http-request set-header authorization "Bearer %[str(key),map_str(/run/synfleet/key.map)]" if { http_auth(synap) } !{ path_beg /auth/ }
  use_backend supervisor if get supervised
  default_backend server

userlist synap
  user ${word("user", user)} insecure-password ${quoted("password", password)}

backend supervisor
  server supervisor unix@/run/synfleet/control.sock

backend server
  option forwardfor
  http-reuse safe
  server synap 127.0.0.1:25500 maxconn 512
`;
}
