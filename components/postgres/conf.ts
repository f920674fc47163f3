/**
 * The files that a PostgreSQL member reads from /etc/synfleet, as text. Pure: the same arguments give the same bytes,
 * so that a file changes only when its meaning does.
 */

export { bootstrapConf, type BootstrapArgs } from "./bootstrap.ts";
export { pgHbaConf, pgIdentConf, type PgHbaArgs, type PgIdentArgs } from "./access.ts";

const configuration = "/etc/synfleet";

export interface PostgresConfArgs {
  /** Sessions a member takes, the cluster's own (about 10) included. Default 200. Changing it restarts members one by one. */
  readonly maxConnections?: number;
  /** Memory the container may use, in MiB; shared buffers and caches are sized by it. Default 1024. Changing it restarts members. */
  readonly memoryMib?: number;
  /** Memory of one sort or hash, in MiB. Default: what is left per session, 4 to 64. A reload. */
  readonly workMemMib?: number;
  /**
   * WAL kept for a member that is away, in MiB. When it is used up the others go on, and the one that was away must be
   * synchronised anew; without a limit its absence would fill their disks. Default 8192. A reload.
   */
  readonly walKeptForAbsentMembersMib?: number;
  /** WAL between checkpoints, in MiB. Default 1024. A reload. */
  readonly maxWalSizeMib?: number;
  /** Statements that take at least this long are logged, in milliseconds; -1 = none. Default 1000. A reload. */
  readonly logStatementsOverMs?: number;
  /** A session that sits in an open transaction this long is ended, in seconds; 0 = never. Default 600. A reload. */
  readonly idleInTransactionTimeoutSeconds?: number;
  /**
   * Any other parameter of PostgreSQL 17, by name. Those that the cluster depends on are refused. Whether a change is a reload
   * or a restart is PostgreSQL's own rule (`select name, context from pg_settings`); `postmaster` means restart.
   */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
}

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
  const workMemMib = args.workMemMib ?? clamp(Math.floor(memoryMib / 2 / maxConnections), 4, 64);
  const settings: [string, string | number | boolean][][] = [
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
    [
      ["ssl", true],
      ["ssl_ca_file", `${configuration}/tls/ca.crt`],
      ["ssl_cert_file", `${configuration}/tls/node.crt`],
      ["ssl_key_file", `${configuration}/tls/node.key`],
      ["ssl_min_protocol_version", "TLSv1.3"],
      ["password_encryption", "scram-sha-256"],
    ],
    [
      ["shared_buffers", mib(Math.max(64, Math.floor(memoryMib / 4)))],
      ["effective_cache_size", mib(Math.max(128, Math.floor((memoryMib * 6) / 10)))],
      ["work_mem", mib(workMemMib)],
      ["maintenance_work_mem", mib(clamp(Math.floor(memoryMib / 16), 32, 1024))],
      ["huge_pages", "try"],
      ["dynamic_shared_memory_type", "mmap"], // /dev/shm of a container is 64 MiB, too small for parallel plans
      ["jit", false],
      ["random_page_cost", 1.1],
      ["effective_io_concurrency", 200],
    ],
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
    [
      ["timezone", "UTC"],
      ["idle_in_transaction_session_timeout", `${args.idleInTransactionTimeoutSeconds ?? 600}s`],
      ["tcp_keepalives_idle", 30],
      ["tcp_keepalives_interval", 10],
      ["tcp_keepalives_count", 3],
      ["autovacuum_vacuum_cost_limit", 1000],
      ["track_io_timing", true],
    ],
    extraParameters(args.parameters ?? {}),
  ];
  return settings
    .filter((group) => group.length > 0)
    .map((group) => group.map(([name, value]) => `${name} = ${quote(value)}\n`).join(""))
    .join("\n");
}

function extraParameters(parameters: Readonly<Record<string, string | number | boolean>>) {
  const names = Object.keys(parameters).sort();
  for (const name of names) {
    if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name)) {
      throw new Error(
        `parameters: "${name}" is not the name of a PostgreSQL parameter. Allowed: small letters, digits and _ (for an extension: extension.parameter).`,
      );
    }
    if ((reservedParameters as readonly string[]).includes(name)) {
      throw new Error(
        `parameters: "${name}" (value ${JSON.stringify(parameters[name])}) is set by Synfleet, because members depend on it. Allowed: any parameter but ${reservedParameters.join(", ")}.`,
      );
    }
  }
  return names.map((name): [string, string | number | boolean] => [name, parameters[name]!]);
}

function quote(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return String(value);
  if (/[\n\r\0]/.test(value))
    throw new Error(
      `A parameter's value has a line break: ${JSON.stringify(value)}. Allowed: one line.`,
    );
  return `'${value.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
}

function mib(value: number): string {
  return `${value}MB`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
