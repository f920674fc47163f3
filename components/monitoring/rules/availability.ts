import type { Rule, RulesArgs } from "./rule.ts";

/** Is every part there, and can clients use the cluster? */
export function availabilityRules(args: RulesArgs): Rule[] {
  const etcdMembers = args.etcdMembers ?? 3;
  const quorum = Math.floor(etcdMembers / 2) + 1;
  return [
    {
      alert: "MemberDown",
      job: "manager",
      expr: "synfleet_member_up == 0",
      for: "30s",
      severity: "critical",
      summary: "The database of {{ $labels.member }} does not answer its manager.",
      runbook:
        "The other members serve. Look at the container of the member: is it running, what does its log end with, is its disk full? Start it; it catches up by itself and is admitted then.",
    },
    {
      alert: "MemberNotAdmitted",
      job: "manager",
      expr: "synfleet_member_admitted == 0 and on (instance) synfleet_cluster_initialised == 1 and on (instance) synfleet_member_up == 1",
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.member }} runs, but the balancer may not use it.",
      runbook:
        "GET /cluster/members of its manager has the reason. Catching up ends by itself; a subscription that is down has its reason in the member's log; 'needs synchronising' means that it is empty: the reason tells how far its copy of another member is, or what that waits for.",
    },
    {
      alert: "NoMemberAdmitted",
      job: "manager",
      expr: "sum by (job) (synfleet_member_admitted) == 0 and on (job) max by (job) (synfleet_cluster_initialised) == 1",
      for: "15s",
      severity: "critical",
      summary: "No member is admitted: clients cannot read or write.",
      runbook:
        "GET /cluster/members of any manager has a reason for each member. If members run and are only behind, wait; if none runs, start those that stopped last first.",
    },
    {
      alert: "ManagerDown",
      job: "manager",
      expr: 'up{job="manager"} == 0',
      for: "1m",
      severity: "warning",
      summary: "The manager {{ $labels.instance }} cannot be scraped.",
      runbook:
        "Clients are not affected, but its member is not re-admitted after a restart. Look at the manager's log; an error in its configuration is named there with the key.",
    },
    {
      alert: "EtcdNoLeader",
      job: "etcd",
      expr: "etcd_server_has_leader == 0",
      for: "30s",
      severity: "critical",
      summary: "The etcd member {{ $labels.instance }} knows no leader.",
      runbook:
        "Running database members go on serving; no new member can join. Check that a majority of etcd's members run and reach each other on port 2380.",
    },
    {
      alert: "EtcdQuorumLost",
      job: "etcd",
      expr: `(count(up{job="etcd"} == 1) or vector(0)) < ${quorum}`,
      for: "30s",
      severity: "critical",
      summary: "Fewer than {{ $value }} + 1 etcd members answer: there is no quorum.",
      runbook:
        "Start the etcd members that are down, with their volumes. If a majority of volumes is lost, restore a snapshot of etcd; the databases keep serving meanwhile.",
    },
    ...(etcdMembers > 1
      ? [
          {
            alert: "EtcdQuorumAtRisk",
            job: "etcd",
            expr: `count(up{job="etcd"} == 1) == ${quorum}`,
            for: "2m",
            severity: "warning" as const,
            summary: "One more etcd member lost and there is no quorum.",
            runbook: "Start the etcd member that is down before any other maintenance.",
          },
        ]
      : []),
    {
      alert: "BalancerBackendEmpty",
      job: "balancer",
      expr: 'max by (instance, proxy) (haproxy_backend_status{state="UP", proxy=~".*(read|write).*"}) == 0',
      for: "15s",
      severity: "critical",
      summary: "The balancer has no server for {{ $labels.proxy }}.",
      runbook:
        "It asks each member whether it is admitted. If members are admitted (GET /cluster/members), the check itself fails: look at the statistics page for its last answer, and at the balancer's certificate.",
    },
    {
      alert: "BalancerDown",
      job: "balancer",
      expr: 'up{job="balancer"} == 0',
      for: "30s",
      severity: "critical",
      summary: "The balancer {{ $labels.instance }} cannot be scraped.",
      runbook: "Clients that go through it are cut off. Look at its log and start it.",
    },
    {
      alert: "ExporterDown",
      expr: 'up{job=~"postgres|node|prometheus"} == 0 or pg_up == 0',
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.instance }} gives no metrics of its part.",
      runbook:
        "Its alerts are blind. If the member itself answers, look at the exporter's log: certificate, role synfleet_monitor and address are what it needs.",
    },
  ];
}
