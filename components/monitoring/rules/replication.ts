import type { Rule, RulesArgs } from "./rule.ts";

/** Do changes travel between all members, and do they agree? */
export function replicationRules(args: RulesArgs): Rule[] {
  const lagBytes = args.lagBytes ?? 67_108_864;
  const lagSeconds = args.lagSeconds ?? 30;
  const conflicts = args.conflictsPerSecond ?? 1;
  const retained = args.slotRetainedBytes ?? 1_073_741_824;
  return [
    {
      alert: "SubscriptionDown",
      job: "manager",
      expr: "synfleet_subscription_replicating == 0 and on (instance, peer) synfleet_peer_reachable == 1 and on (instance) synfleet_cluster_initialised == 1",
      for: "1m",
      severity: "critical",
      summary: "{{ $labels.member }} receives nothing from {{ $labels.peer }}, which runs.",
      runbook:
        "The member's log names the change that cannot be applied: most often a table or column that exists on one member only. Make them alike with SELECT synfleet.ddl('…') on one member, or correct the row; the subscription goes on by itself.",
    },
    {
      alert: "ReplicationLagBytes",
      job: "manager",
      expr: `synfleet_replication_lag_bytes > ${lagBytes}`,
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.member }} is {{ $value | humanize1024 }}B behind {{ $labels.peer }}.",
      runbook:
        "Look for a bulk load, a long transaction on the peer, or a member short of processor or disk. It empties by itself once writes slow down; above the manager's limit the member is not admitted.",
    },
    {
      alert: "ReplicationLagSeconds",
      job: "manager",
      expr: `synfleet_replication_lag_seconds > ${lagSeconds}`,
      for: "1m",
      severity: "warning",
      summary: "{{ $labels.member }} is {{ $value | humanizeDuration }} behind {{ $labels.peer }}.",
      runbook:
        "Few bytes and many seconds mean that one change waits: for a lock held by a local session (pg_stat_activity of the apply worker), or that its worker fails again and again (the member's log).",
    },
    {
      alert: "ConflictRate",
      job: "manager",
      expr: `rate(synfleet_conflicts_total[5m]) > ${conflicts}`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.member }} resolves {{ $value | humanize }} conflicts a second.",
      runbook:
        "The same rows are written on several members and the last writer wins, so updates are lost. Table synfleet.conflict names relation and rows. Send writes of those rows through the write endpoint.",
    },
    {
      alert: "SlotRetainsWal",
      job: "manager",
      expr: `synfleet_slot_retained_bytes > ${retained}`,
      for: "5m",
      severity: "warning",
      summary:
        "{{ $labels.member }} keeps {{ $value | humanize1024 }}B of WAL for {{ $labels.peer }}.",
      runbook:
        "The peer is away or behind. Bring it back, or take it out of the declared members, which drops the slot; a full disk stops this member too.",
    },
    {
      alert: "SequencesRepaired",
      job: "manager",
      expr: "increase(synfleet_sequences_repaired_total[15m]) > 0",
      for: "0s",
      severity: "warning",
      summary: "A sequence of {{ $labels.member }} was set onto keys of another member.",
      runbook:
        "Somebody called setval() or restarted a sequence. It is repaired; look for a restore script that does so, and for conflicts in synfleet.conflict.",
    },
  ];
}
