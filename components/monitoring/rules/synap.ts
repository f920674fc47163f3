import type { Rule } from "./rule.ts";

/** Synap: is there one master, and do the replicas follow it? */
export function synapRules(): Rule[] {
  return [
    {
      alert: "SynapNoMaster",
      job: "synap-member",
      expr: '(max(synfleet_synap_master) or vector(0)) < 1 and on () count(up{job="synap-member"})',
      for: "30s",
      severity: "critical",
      summary: "No Synap member is master: clients cannot write.",
      runbook:
        "Start the master again: its data is in its volume, and replicas follow by themselves. When it is gone for good, make another the master: synfleet promote NAME --accept-data-loss.",
    },
    {
      alert: "SynapMemberNotReady",
      job: "synap-member",
      expr: 'up{job="synap-member"} == 0 or synfleet_synap_ready == 0',
      for: "1m",
      severity: "warning",
      summary: "Synap's {{ $labels.instance }} does not serve.",
      runbook:
        "synfleet status has the reason. A replica that copies its master's log becomes ready by itself.",
    },
  ];
}
