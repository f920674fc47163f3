/** Parameters of PostgreSQL for a member that Patroni runs. Pure. */
import {
  clamp,
  extraParameters,
  memoryParameters,
  mib,
  sessionParameters,
  tlsParameters,
  type Parameter,
  type ParameterValue,
  type PostgresConfArgs,
} from "../parameters.ts";
import type { FailoverTimers } from "./profile.ts";

const configuration = "/etc/synfleet";

/** Patroni takes these for the whole cluster only: members that follow must not have less of some of them than the leader. */
const ofTheCluster = [
  "max_connections",
  "max_locks_per_transaction",
  "max_prepared_transactions",
  "max_replication_slots",
  "max_wal_senders",
  "max_worker_processes",
  "track_commit_timestamp",
  "wal_keep_size",
  "wal_level",
  "wal_log_hints",
];

/** What Patroni, replication, TLS and the log depend on; not to be set in `parameters`. */
const reserved = [
  "allow_alter_system",
  "cluster_name",
  "config_file",
  "data_directory",
  "fsync",
  "full_page_writes",
  "hba_file",
  "hot_standby",
  "ident_file",
  "listen_addresses",
  "log_destination",
  "logging_collector",
  "max_connections",
  "password_encryption",
  "port",
  "primary_conninfo",
  "primary_slot_name",
  "recovery_target_timeline",
  "restart_after_crash",
  "restore_command",
  "ssl",
  "ssl_ca_file",
  "ssl_cert_file",
  "ssl_key_file",
  "ssl_min_protocol_version",
  "synchronous_standby_names",
  "unix_socket_directories",
  "wal_level",
  "wal_log_hints",
];

export interface StreamingParameters {
  /** In each member's own file: changed one member at a time. */
  readonly member: Readonly<Record<string, string | number>>;
  /** In etcd: changed for all at once, and in force on each after its restart. */
  readonly cluster: Readonly<Record<string, string | number>>;
}

export function streamingParameters(
  args: PostgresConfArgs,
  timers: FailoverTimers,
): StreamingParameters {
  const all: readonly Parameter[] = [
    ["unix_socket_directories", "/run/postgresql"],
    ["unix_socket_permissions", "0700"],
    ["max_connections", args.maxConnections ?? 200],
    ["hba_file", `${configuration}/pg_hba.conf`],
    ["ident_file", `${configuration}/pg_ident.conf`],
    ...tlsParameters(configuration),
    ...memoryParameters(args),
    ["wal_level", "replica"],
    ["wal_log_hints", true], // pg_rewind needs them, or checksums, which may be turned off
    ["wal_compression", "lz4"],
    ["wal_keep_size", mib(clamp(Math.floor((args.maxWalSizeMib ?? 1024) / 4), 64, 1024))],
    ["max_wal_size", mib(args.maxWalSizeMib ?? 1024)],
    ["min_wal_size", mib(128)],
    ["checkpoint_timeout", "15min"],
    ["checkpoint_completion_target", 0.9],
    ["max_worker_processes", 16],
    // Room for 16 members, copies of new ones and backups.
    ["max_replication_slots", 40],
    ["max_wal_senders", 40],
    ["max_slot_wal_keep_size", mib(args.walKeptForAbsentMembersMib ?? 8192)],
    ["wal_sender_timeout", `${timers.walTimeout}s`],
    ["wal_receiver_timeout", `${timers.walTimeout}s`],
    ["wal_receiver_status_interval", "1s"],
    ["wal_retrieve_retry_interval", "1s"],
    ["tcp_user_timeout", `${3 * timers.walTimeout}s`],
    ["log_destination", "stderr"],
    ["logging_collector", false],
    ["log_line_prefix", "%m [%p] %q%u@%d "],
    ["log_timezone", "UTC"],
    ["log_min_messages", "warning"], // not `log`, which ranks above `error` and would hide errors
    ["log_min_duration_statement", args.logStatementsOverMs ?? 1000],
    ["log_lock_waits", true],
    ["log_temp_files", mib(64)],
    ["lc_messages", "C"],
    ...sessionParameters(args),
    ...extraParameters(args.parameters ?? {}, reserved),
  ];
  const part = (wanted: (name: string) => boolean) =>
    Object.fromEntries(
      all.filter(([name]) => wanted(name)).map(([name, value]) => [name, plain(name, value)]),
    );
  return {
    member: part((name) => !ofTheCluster.includes(name)),
    cluster: part((name) => ofTheCluster.includes(name)),
  };
}

/** As Patroni and PostgreSQL both read it: a YAML boolean would become "True". */
function plain(name: string, value: ParameterValue): string | number {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "string" && /[\n\r\0]/.test(value)) {
    throw new Error(
      `parameters: ${name} has a line break: ${JSON.stringify(value)}. Allowed: one line.`,
    );
  }
  return value;
}
