import { type Dashboard, lines, number } from "./dashboard.ts";

/** What the managers of SynapseDB know. */
export const synapsedb: Dashboard = {
  uid: "synfleet-synapsedb",
  title: "SynapseDB",
  description: "Multi-master PostgreSQL: who is admitted, and whether changes travel.",
  jobs: ["manager"],
  panels: [
    number("sum(synfleet_member_admitted)", "none", {
      title: "Members admitted",
      description: "Members that the balancer may use. All of them, when all is well.",
    }),
    number("sum(synfleet_member_up)", "none", {
      title: "Members up",
      description: "Members whose database answers its manager.",
    }),
    number("sum(synfleet_pending_restart_settings)", "none", {
      title: "Settings that wait",
      description: "Settings that wait for a restart, on all members. `up` brings it to 0.",
    }),
    number("min(synfleet_certificate_expiry_timestamp_seconds) - time()", "s", {
      title: "First certificate ends in",
      description: "Until the first certificate expires. `up` renews those that are near it.",
    }),
    lines({ "{{member}}": "synfleet_member_admitted" }, "none", {
      title: "Admitted",
      description: "1 while the balancer may use the member.",
    }),
    lines({ "{{member}} from {{peer}}": "synfleet_subscription_replicating" }, "none", {
      title: "Replicating",
      description: "1 while changes of the peer arrive at the member.",
    }),
    lines({ "{{member}} from {{peer}}": "synfleet_replication_lag_bytes" }, "bytes", {
      title: "Behind, in bytes",
      description: "Write-ahead log of the peer that is not applied on the member yet. Near 0.",
    }),
    lines({ "{{member}} from {{peer}}": "synfleet_replication_lag_seconds" }, "s", {
      title: "Behind, in time",
      description: "Age of the oldest change of the peer that is not applied on the member yet.",
    }),
    lines({ "{{member}} for {{peer}}": "synfleet_slot_retained_bytes" }, "bytes", {
      title: "Log kept for peers",
      description: "Write-ahead log that a member keeps on its disk until the peer has taken it.",
    }),
    lines({ "{{member}}": "rate(synfleet_conflicts_total[2m])" }, "ops", {
      title: "Conflicts",
      description: "Rows that were written on several members at once; the last writer wins.",
    }),
    lines({ "{{member}}": "synfleet_connections_used / synfleet_connections_max" }, "percentunit", {
      title: "Connections in use",
      description: "Share of the connections that the member allows. An alert is given above 80 %.",
    }),
    lines({ "{{member}}": "synfleet_raft_is_leader" }, "none", {
      title: "Leader of etcd",
      description: "1 for the member whose etcd leads. A change now and then is no trouble.",
    }),
  ],
};
