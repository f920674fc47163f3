import type { Rule, RulesArgs } from "./rule.ts";

/** What runs out if nobody acts. */
export function capacityRules(args: RulesArgs): Rule[] {
  const share = args.connectionShare ?? 0.8;
  const free = args.diskFreeShare ?? 0.1;
  const days = args.certificateDays ?? 21;
  const age = args.transactionAge ?? 1_000_000_000;
  const disk = 'fstype!~"tmpfs|overlay|squashfs|ramfs", mountpoint!~"/(boot|etc)/.*"';
  return [
    {
      alert: "ConnectionsNearMax",
      job: "manager",
      expr: `synfleet_connections_used / synfleet_connections_max > ${share}`,
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.member }} uses {{ $value | humanizePercentage }} of its connections.",
      runbook:
        "Look for clients that leak connections (pg_stat_activity by application_name) and give them a pool; raising max_connections restarts members one at a time.",
    },
    {
      alert: "DiskFilling",
      job: "node",
      expr: `node_filesystem_avail_bytes{${disk}} / node_filesystem_size_bytes{${disk}} < ${free}`,
      for: "5m",
      severity: "critical",
      summary:
        "{{ $labels.instance }}: {{ $labels.mountpoint }} has {{ $value | humanizePercentage }} left.",
      runbook:
        "A full disk stops the database. See what grew: WAL kept for an absent peer (SlotRetainsWal), logs, images. Free or add room, but never by deleting WAL.",
    },
    {
      alert: "VolumeFilling",
      job: "manager",
      expr: `synfleet_volume_free_bytes / synfleet_volume_size_bytes < ${free}`,
      for: "1m",
      severity: "warning",
      summary: "The volume of {{ $labels.member }} has {{ $value | humanizePercentage }} left.",
      runbook:
        "At 512 MiB, or 5 % of a small volume, clients are sent to members with more room. Make room as docs/operations.md says under a full disk; never delete files of PostgreSQL, WAL least of all.",
    },
    {
      alert: "EtcdNearQuota",
      job: "etcd",
      expr: "etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes > 0.8",
      for: "10m",
      severity: "warning",
      summary:
        "The database of {{ $labels.instance }} has {{ $value | humanizePercentage }} of its quota.",
      runbook:
        "At its quota etcd refuses writes, and no leader of PostgreSQL can renew its lease. Run shrink in each etcd container, one after the other, as docs/operations.md says; if it grows again, look for the key that is written without end.",
    },
    {
      alert: "DiskFullWithinADay",
      job: "node",
      expr: `predict_linear(node_filesystem_avail_bytes{${disk}}[6h], 86400) < 0 and node_filesystem_avail_bytes{${disk}} / node_filesystem_size_bytes{${disk}} < 0.4`,
      for: "30m",
      severity: "warning",
      summary: "{{ $labels.instance }}: {{ $labels.mountpoint }} will be full within a day.",
      runbook: "As for DiskFilling, with more time.",
    },
    {
      alert: "CertificateExpiring",
      job: "manager",
      expr: `min by (part) (synfleet_certificate_expiry_timestamp_seconds) - time() < ${days} * 86400`,
      for: "10m",
      severity: "warning",
      summary: "The certificate of {{ $labels.part }} expires in {{ $value | humanizeDuration }}.",
      runbook:
        "Run `up`: certificates near their end are issued anew and reloaded without a restart.",
    },
    {
      alert: "TransactionIdWraparound",
      job: "postgres",
      expr: `pg_database_wraparound_age_datfrozenxid_seconds > ${age}`,
      for: "15m",
      severity: "critical",
      summary:
        "{{ $labels.instance }}: database {{ $labels.datname }} has not been frozen for {{ $value | humanize }} transactions.",
      runbook:
        "Autovacuum is held back: by a long transaction, a prepared transaction or a replication slot (pg_stat_activity, pg_prepared_xacts, pg_replication_slots). End what holds it, then VACUUM FREEZE.",
    },
    {
      alert: "SettingsWaitForRestart",
      job: "manager",
      expr: "synfleet_pending_restart_settings > 0",
      for: "30m",
      severity: "warning",
      summary: "{{ $labels.member }} runs with old values of {{ $value }} settings.",
      runbook:
        "Run `up`: it restarts members one at a time, each after the one before has caught up.",
    },
  ];
}
