import { type Dashboard, lines, number } from "./dashboard.ts";

const perMember = (metric: string) => `sum by (member) (rate(pg_stat_database_${metric}[2m]))`;

/** What the exporter beside each PostgreSQL member knows. */
export const postgres: Dashboard = {
  uid: "synfleet-postgres",
  title: "PostgreSQL",
  description: "What each member does: transactions, connections, rows, files.",
  jobs: ["postgres"],
  panels: [
    number("sum(pg_up)", "none", {
      title: "Members that answer",
      description: "Members that answer their exporter.",
    }),
    number('max(pg_database_size_bytes{datname!~"template.*"})', "bytes", {
      title: "Largest database",
      description: "Size of the largest database on a member's disk.",
    }),
    number("max(pg_long_running_transactions_oldest_timestamp_seconds)", "s", {
      title: "Longest transaction",
      description: "Age of the oldest transaction of all members. Hours hold autovacuum back.",
    }),
    number("max(pg_database_wraparound_age_datfrozenxid_seconds)", "short", {
      title: "Oldest unfrozen",
      description: "Age in transactions. PostgreSQL stops at about 2.1 billion.",
    }),
    lines(
      {
        "{{member}} committed": perMember("xact_commit"),
        "{{member}} rolled back": perMember("xact_rollback"),
      },
      "ops",
      {
        title: "Transactions",
        description: "Committed and rolled back. Many of the latter are errors of an application.",
      },
    ),
    lines({ "{{member}}": "sum by (member) (pg_stat_database_numbackends)" }, "none", {
      title: "Connections",
      description: "Open connections to all databases of the member.",
    }),
    lines(
      {
        "{{member}} inserted": perMember("tup_inserted"),
        "{{member}} updated": perMember("tup_updated"),
        "{{member}} deleted": perMember("tup_deleted"),
      },
      "ops",
      { title: "Rows written", description: "Rows that were inserted, updated and deleted." },
    ),
    lines({ "{{member}}": perMember("tup_fetched") }, "ops", {
      title: "Rows read",
      description: "Rows that were fetched by an index.",
    }),
    lines(
      {
        "{{member}}": `${perMember("blks_hit")} / (${perMember("blks_hit")} + ${perMember("blks_read")})`,
      },
      "percentunit",
      {
        title: "Found in memory",
        description: "Share of pages that were in shared buffers. Near 100 % for what is in use.",
      },
    ),
    lines({ "{{member}}": perMember("temp_bytes") }, "Bps", {
      title: "Temporary files",
      description: "Written by sorts and joins that do not fit into work_mem.",
    }),
    lines({ "{{member}}": perMember("deadlocks") }, "ops", {
      title: "Deadlocks",
      description: "Transactions that were ended because they waited for each other.",
    }),
    lines({ "{{member}}": "pg_wal_size_bytes" }, "bytes", {
      title: "Write-ahead log on disk",
      description: "Grows while a replica or peer is away, since it is kept for it.",
    }),
  ],
};
