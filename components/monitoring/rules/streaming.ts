import type { Rule, RulesArgs } from "./rule.ts";

/** PostgreSQL under Patroni: does one member lead, and do the others follow closely? */
export function streamingRules(args: RulesArgs): Rule[] {
  const lagBytes = args.lagBytes ?? 67_108_864;
  return [
    {
      alert: "PostgresNoLeader",
      job: "patroni",
      expr: '(max(patroni_primary) or vector(0)) < 1 and on () count(up{job="patroni"})',
      for: "45s",
      severity: "critical",
      summary: "No PostgreSQL member leads: clients cannot write.",
      runbook:
        "With three members another takes over within the fail-over profile's time; if none does, look at Patroni's log on a member: etcd without quorum is the usual cause. With two members promote one by hand: synfleet promote.",
    },
    {
      alert: "PostgresMemberDown",
      job: "patroni",
      expr: 'up{job="patroni"} == 0 or patroni_postgres_running == 0',
      for: "1m",
      severity: "warning",
      summary: "PostgreSQL of {{ $labels.member }} does not run, or its Patroni does not answer.",
      runbook:
        "The others serve, with one loss less to spare. Look at the member's log and disk; it comes back by itself when it is started.",
    },
    {
      alert: "PostgresReplicaNotStreaming",
      job: "patroni",
      expr: "patroni_replica == 1 and patroni_postgres_streaming == 0",
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.member }} does not stream from the leader.",
      runbook:
        "It may be catching up from what is kept for it; if its log says that a WAL segment has been removed, it needs a new copy: synfleet reinit.",
    },
    {
      alert: "PostgresReplicaLag",
      job: "patroni",
      expr: `(max by (scope) (patroni_xlog_location) - on (scope) group_right () patroni_xlog_replayed_location) * on (instance) group_left () (patroni_replica == 1) > ${lagBytes}`,
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.member }} is {{ $value | humanize1024 }}B behind the leader.",
      runbook:
        "Look for a bulk load, a long query on the replica that holds replay back, or a replica short of processor or disk. Reads go elsewhere meanwhile.",
    },
    {
      alert: "PostgresWaitsForRestart",
      job: "patroni",
      expr: "patroni_pending_restart == 1",
      for: "30m",
      severity: "warning",
      summary: "{{ $labels.member }} runs with old values of some settings.",
      runbook: "Run `up`: it restarts members one at a time, and hands the lead over first.",
    },
  ];
}
