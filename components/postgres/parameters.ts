/** Parameters of PostgreSQL that a member has whichever way it replicates. Pure. */

export type ParameterValue = string | number | boolean;
export type Parameter = readonly [name: string, value: ParameterValue];

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
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

/** Every session over TLS 1.3 with the member's certificate, passwords as SCRAM. */
export function tlsParameters(configuration: string): Parameter[] {
  return [
    ["ssl", true],
    ["ssl_ca_file", `${configuration}/tls/ca.crt`],
    ["ssl_cert_file", `${configuration}/tls/node.crt`],
    ["ssl_key_file", `${configuration}/tls/node.key`],
    ["ssl_min_protocol_version", "TLSv1.3"],
    ["password_encryption", "scram-sha-256"],
  ];
}

export function memoryParameters(args: PostgresConfArgs): Parameter[] {
  const maxConnections = args.maxConnections ?? 200;
  const memoryMib = args.memoryMib ?? 1024;
  const workMemMib = args.workMemMib ?? clamp(Math.floor(memoryMib / 2 / maxConnections), 4, 64);
  return [
    ["shared_buffers", mib(Math.max(64, Math.floor(memoryMib / 4)))],
    ["effective_cache_size", mib(Math.max(128, Math.floor((memoryMib * 6) / 10)))],
    ["work_mem", mib(workMemMib)],
    ["maintenance_work_mem", mib(clamp(Math.floor(memoryMib / 16), 32, 1024))],
    ["huge_pages", "try"],
    ["dynamic_shared_memory_type", "mmap"], // /dev/shm of a container is 64 MiB, too small for parallel plans
    ["jit", false],
    ["random_page_cost", 1.1],
    ["effective_io_concurrency", 200],
  ];
}

export function sessionParameters(args: PostgresConfArgs): Parameter[] {
  return [
    ["timezone", "UTC"],
    ["idle_in_transaction_session_timeout", `${args.idleInTransactionTimeoutSeconds ?? 600}s`],
    ["tcp_keepalives_idle", 30],
    ["tcp_keepalives_interval", 10],
    ["tcp_keepalives_count", 3],
    ["autovacuum_vacuum_cost_limit", 1000],
    ["track_io_timing", true],
  ];
}

/** The user's own, in the order of their names; those that the cluster depends on are refused. */
export function extraParameters(
  parameters: Readonly<Record<string, ParameterValue>>,
  reservedParameters: readonly string[],
): Parameter[] {
  const names = Object.keys(parameters).sort();
  for (const name of names) {
    if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name)) {
      throw new Error(
        `parameters: "${name}" is not the name of a PostgreSQL parameter. Allowed: small letters, digits and _ (for an extension: extension.parameter).`,
      );
    }
    if (reservedParameters.includes(name)) {
      throw new Error(
        `parameters: "${name}" (value ${JSON.stringify(parameters[name])}) is set by Synfleet, because members depend on it. Allowed: any parameter but ${reservedParameters.join(", ")}.`,
      );
    }
  }
  return names.map((name): Parameter => [name, parameters[name]!]);
}

export function mib(value: number): string {
  return `${value}MB`;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
