/**
 * The files that a PostgreSQL member reads from /etc/synfleet, as text. Pure: the same arguments give the same bytes,
 * so that a file changes only when its meaning does.
 */

export { bootstrapConf, type BootstrapArgs } from "./bootstrap.ts";
export { pgHbaConf, pgIdentConf, type PgHbaArgs, type PgIdentArgs } from "./access.ts";
export type { PostgresConfArgs } from "./parameters.ts";

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
} from "./parameters.ts";

const configuration = "/etc/synfleet";

/** What replication between members, TLS and the log depend on; not to be set in `parameters`. */
const reservedParameters = [
  "allow_alter_system",
  "config_file",
  "data_directory",
  "event_triggers",
  "fsync",
  "full_page_writes",
  "hba_file",
  "ident_file",
  "lc_messages",
  "listen_addresses",
  "log_destination",
  "log_directory",
  "log_filename",
  "log_line_prefix",
  "log_rotation_age",
  "log_rotation_size",
  "logging_collector",
  "max_connections",
  "output_plugin_libraries",
  "password_encryption",
  "pglogical.conflict_log_level",
  "pglogical.conflict_resolution",
  "port",
  "restart_after_crash",
  "session_replication_role",
  "shared_preload_libraries",
  "ssl",
  "ssl_ca_file",
  "ssl_cert_file",
  "ssl_key_file",
  "ssl_min_protocol_version",
  "track_commit_timestamp",
  "unix_socket_directories",
  "wal_level",
] as const;

export function postgresqlConf(args: PostgresConfArgs = {}): string {
  const maxConnections = args.maxConnections ?? 200;
  const memoryMib = args.memoryMib ?? 1024;
  const settings: (readonly Parameter[])[] = [
    [
      ["listen_addresses", "*"],
      ["port", 5432],
      ["unix_socket_directories", "/run/postgresql"],
      ["unix_socket_permissions", "0700"],
      ["max_connections", maxConnections],
      ["hba_file", `${configuration}/pg_hba.conf`],
      ["ident_file", `${configuration}/pg_ident.conf`],
      // Settings live in this file alone: what ALTER SYSTEM wrote would win over it, unseen.
      ["allow_alter_system", false],
    ],
    tlsParameters(configuration),
    memoryParameters(args),
    [
      ["wal_level", "logical"],
      ["wal_compression", "lz4"],
      ["max_wal_size", mib(args.maxWalSizeMib ?? 1024)],
      ["min_wal_size", mib(128)],
      ["checkpoint_timeout", "15min"],
      ["checkpoint_completion_target", 0.9],
      // Room for 16 members: each peer takes a slot and a sender here, and its subscription up to three workers.
      ["max_worker_processes", 64],
      ["max_replication_slots", 40],
      ["max_wal_senders", 40],
      ["max_slot_wal_keep_size", mib(args.walKeptForAbsentMembersMib ?? 8192)],
      ["logical_decoding_work_mem", mib(clamp(Math.floor(memoryMib / 16), 16, 256))],
      ["wal_sender_timeout", "10s"],
      ["wal_receiver_timeout", "10s"],
      ["wal_receiver_status_interval", "1s"],
      ["wal_retrieve_retry_interval", "1s"],
    ],
    [
      ["shared_preload_libraries", "pglogical"],
      // PostgreSQL 17.11 lets only the plugins named here decode its WAL.
      ["output_plugin_libraries", "pgoutput,test_decoding,pglogical_output"],
      ["track_commit_timestamp", true],
      ["pglogical.conflict_resolution", "last_update_wins"],
      ["pglogical.conflict_log_level", "log"],
    ],
    [
      ["log_destination", "stderr,jsonlog"],
      ["logging_collector", true],
      ["log_directory", "/var/lib/synfleet/log"],
      ["log_filename", "postgresql-%Y%m%dT%H%M%S.log"],
      ["log_file_mode", "0600"],
      ["log_rotation_size", mib(16)],
      ["log_rotation_age", 0],
      ["log_line_prefix", "%m [%p] %q%u@%d "],
      ["log_timezone", "UTC"],
      ["log_min_messages", "warning"], // not `log`, which ranks above `error` and would hide errors
      ["log_min_duration_statement", args.logStatementsOverMs ?? 1000],
      ["log_lock_waits", true],
      ["log_temp_files", mib(64)],
      ["lc_messages", "C"], // synfleet.collect_conflicts() and synfleet.carry_ddl() read messages
    ],
    sessionParameters(args),
    extraParameters(args.parameters ?? {}, reservedParameters),
  ];
  return settings
    .filter((group) => group.length > 0)
    .map((group) => group.map(([name, value]) => `${name} = ${quote(value)}\n`).join(""))
    .join("\n");
}

function quote(value: ParameterValue): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return String(value);
  if (/[\n\r\0]/.test(value))
    throw new Error(
      `A parameter's value has a line break: ${JSON.stringify(value)}. Allowed: one line.`,
    );
  return `'${value.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
}
