import { describe, expect, test } from "vitest";
import { Metrics } from "../../images/app/src/metrics.ts";
import { metricsText } from "../../images/synap/src/metrics.ts";
import { createMetrics } from "../../manager/src/metrics.ts";
import { dashboards, type Dashboard } from "./dashboards.ts";

const jobs = [
  ...["manager", "patroni", "postgres", "etcd", "redis", "synap-member", "synap", "app"],
  ...["balancer", "node", "prometheus"],
];
const all = dashboards(jobs);
const queries = (dashboard: Dashboard) => dashboard.panels.flatMap((panel) => panel.queries);

/** Names of metrics in a query: what is neither a function, nor a label, nor an operator. */
function metrics(expr: string): string[] {
  const plain = expr.replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(by|on|group_\w+) \([^)]*\)/g, "");
  return [...plain.matchAll(/\b[a-zA-Z]\w*\b(?! *\()/g)]
    .map(([name]) => name)
    .filter((name) => !["or", "by", "on"].includes(name));
}

describe("dashboards", () => {
  test("are there for every job, and only when it is scraped", () => {
    for (const job of jobs) {
      expect([job, all.some((dashboard) => dashboard.jobs.includes(job))]).toEqual([job, true]);
      for (const left of dashboards(jobs.filter((other) => other !== job))) {
        expect(left.jobs).not.toContain(job);
      }
    }
    expect(dashboards([])).toEqual([]);
  });

  test("say of every panel what it shows and what is good", () => {
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    for (const { uid, description, panels } of all) {
      expect(uid).toMatch(/^synfleet-[a-z-]+$/);
      expect(description).toMatch(/\.$/);
      expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
      for (const panel of panels) {
        expect(panel.title).toMatch(/^[A-Z]/);
        expect(panel.description).toMatch(/^[A-Z0-9].*\.$/);
        expect(panel.queries.length).toBeGreaterThan(0);
      }
    }
  });

  test("have these panels", () => {
    const told = all.map(
      ({ title, panels }) => `${title}: ${panels.map((p) => p.title).join(", ")}`,
    );
    expect(told).toMatchInlineSnapshot(`
      [
        "SynapseDB: Members admitted, Members up, Settings that wait, First certificate ends in, Admitted, Replicating, Behind, in bytes, Behind, in time, Log kept for peers, Conflicts, Connections in use, Leader of etcd",
        "PostgreSQL streaming: Leaders, Replicas that stream, Timeline, Members that wait, Leader, Synchronous, Replicas behind, Log written, Since etcd answered, PostgreSQL runs for",
        "PostgreSQL: Members that answer, Largest database, Longest transaction, Oldest unfrozen, Transactions, Connections, Rows written, Rows read, Found in memory, Temporary files, Deadlocks, Write-ahead log on disk",
        "etcd: Members with a leader, Changes of leader, Proposals that wait, Room used, Leader, Changes, Time of a write to the log, Time of a commit",
        "Redis: Primaries, Servers that answer, Replicas linked, Keys, Primary, Behind, Commands, Clients, Memory, Look-ups, Keys that went, Written to disk",
        "Synap: Masters, Members that serve, Epoch, Directories set aside, Master, Serving, Write-ahead log, Memory",
        "App: Instances that answer, Requests, Failed, Since a start, Requests by instance, Failed requests by instance, Time of a request, Requests by address",
        "Balancer: Endpoints without a server, Servers up, Clients, Connections in use, Servers, Sessions by server, New sessions, Traffic, Failed connections, Time to connect",
        "Hosts: Hosts that answer, Least room on a disk, Least memory, Since a start, Processors, Load, Memory in use, Disks in use, Disk traffic, Disks busy, Clock, Processes that wait for disks",
        "Monitoring: Alerts, Parts not watched, Configuration taken, Kept on disk, Parts that answer, Time to read a part, Series, Memory",
      ]
    `);
  });

  test("ask for these metrics", () => {
    const told = all.map((dashboard) => {
      const asked = queries(dashboard).flatMap(({ expr }) => metrics(expr));
      return `${dashboard.title}: ${[...new Set(asked)].sort().join(" ")}`;
    });
    expect(told).toMatchInlineSnapshot(`
      [
        "SynapseDB: synfleet_certificate_expiry_timestamp_seconds synfleet_conflicts_total synfleet_connections_max synfleet_connections_used synfleet_member_admitted synfleet_member_up synfleet_pending_restart_settings synfleet_raft_is_leader synfleet_replication_lag_bytes synfleet_replication_lag_seconds synfleet_slot_retained_bytes synfleet_subscription_replicating",
        "PostgreSQL streaming: patroni_dcs_last_seen patroni_pending_restart patroni_postgres_streaming patroni_postgres_timeline patroni_postmaster_start_time patroni_primary patroni_quorum_standby patroni_replica patroni_sync_standby patroni_xlog_location patroni_xlog_replayed_location",
        "PostgreSQL: pg_database_size_bytes pg_database_wraparound_age_datfrozenxid_seconds pg_long_running_transactions_oldest_timestamp_seconds pg_stat_database_blks_hit pg_stat_database_blks_read pg_stat_database_deadlocks pg_stat_database_numbackends pg_stat_database_temp_bytes pg_stat_database_tup_deleted pg_stat_database_tup_fetched pg_stat_database_tup_inserted pg_stat_database_tup_updated pg_stat_database_xact_commit pg_stat_database_xact_rollback pg_up pg_wal_size_bytes",
        "etcd: etcd_disk_backend_commit_duration_seconds_bucket etcd_disk_wal_fsync_duration_seconds_bucket etcd_mvcc_db_total_size_in_bytes etcd_server_has_leader etcd_server_is_leader etcd_server_leader_changes_seen_total etcd_server_proposals_committed_total etcd_server_proposals_pending etcd_server_quota_backend_bytes",
        "Redis: redis_aof_last_write_status redis_commands_processed_total redis_connected_clients redis_db_keys redis_evicted_keys_total redis_expired_keys_total redis_instance_info redis_keyspace_hits_total redis_keyspace_misses_total redis_master_link_up redis_master_repl_offset redis_memory_max_bytes redis_memory_used_bytes redis_up",
        "Synap: synap_process_memory_bytes synfleet_synap_aside synfleet_synap_epoch synfleet_synap_log_bytes synfleet_synap_master synfleet_synap_ready",
        "App: http_server_requests_seconds_count http_server_requests_seconds_sum process_start_time_seconds up",
        "Balancer: haproxy_backend_connect_time_average_seconds haproxy_backend_connection_errors_total haproxy_backend_status haproxy_frontend_bytes_in_total haproxy_frontend_bytes_out_total haproxy_frontend_current_sessions haproxy_frontend_sessions_total haproxy_process_current_connections haproxy_process_max_connections haproxy_server_current_sessions haproxy_server_status",
        "Hosts: node_boot_time_seconds node_cpu_seconds_total node_disk_io_time_seconds_total node_disk_read_bytes_total node_disk_written_bytes_total node_filesystem_avail_bytes node_filesystem_size_bytes node_load1 node_memory_MemAvailable_bytes node_memory_MemTotal_bytes node_procs_blocked node_time_seconds node_timex_offset_seconds up",
        "Monitoring: ALERTS process_resident_memory_bytes prometheus_config_last_reload_successful prometheus_tsdb_head_series prometheus_tsdb_storage_blocks_bytes scrape_duration_seconds up",
      ]
    `);
  });
});

describe("metrics of our own", () => {
  const status = {
    ...{ name: "synap1", mode: "master", ready: true, bytes: 1, offset: 1, replicas: 1 },
    ...{ aside: [], state: { epoch: 1 } },
  };
  const given: [job: string, prefix: RegExp, text: () => Promise<string>][] = [
    [
      "manager",
      /^synfleet_/,
      async () => {
        const manager = createMetrics(
          "postgres1",
          () => undefined,
          () => undefined,
          () => ({}),
        );
        return (await manager.render()).text;
      },
    ],
    ["app", /^http_/, async () => (await new Metrics("write").text()).text],
    [
      "synap-member",
      /^synfleet_/,
      async () => metricsText(status as unknown as Parameters<typeof metricsText>[0]),
    ],
  ];

  test.each(given)("of job %s have the names that are asked for", async (job, prefix, text) => {
    const told = new Set(
      [...(await text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
        type === "histogram" ? [`${name}_count`, `${name}_sum`] : [name],
      ),
    );
    const asked = dashboards(jobs)
      .filter((dashboard) => dashboard.jobs.includes(job))
      .flatMap((dashboard) => queries(dashboard).flatMap(({ expr }) => metrics(expr)))
      .filter((name) => prefix.test(name));
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => !told.has(name))).toEqual([]);
  });
});
