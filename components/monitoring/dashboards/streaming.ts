import { type Dashboard, lines, number } from "./dashboard.ts";

/** How far a replica is behind the leader; the leader itself is left out. */
const lag =
  "(max by (scope) (patroni_xlog_location) - on (scope) group_right () patroni_xlog_replayed_location) * on (instance) group_left () (patroni_replica == 1)";

/** What Patroni knows. */
export const streaming: Dashboard = {
  uid: "synfleet-postgres-streaming",
  title: "PostgreSQL streaming",
  description: "One leader and its replicas under Patroni: who leads, and who is how far behind.",
  jobs: ["patroni"],
  panels: [
    number("sum(patroni_primary)", "none", {
      title: "Leaders",
      description: "Always 1. With 0 nobody takes writes.",
    }),
    number("sum(patroni_postgres_streaming)", "none", {
      title: "Replicas that stream",
      description: "Replicas that receive from the leader: all of them, when all is well.",
    }),
    number("max(patroni_postgres_timeline)", "none", {
      title: "Timeline",
      description: "One more after each fail-over and each switchover.",
    }),
    number("sum(patroni_pending_restart)", "none", {
      title: "Members that wait",
      description: "Members with settings that wait for a restart. `up` brings it to 0.",
    }),
    lines({ "{{member}}": "patroni_primary" }, "none", {
      title: "Leader",
      description: "1 for the member that leads.",
    }),
    lines({ "{{member}}": "patroni_sync_standby + patroni_quorum_standby" }, "none", {
      title: "Synchronous",
      description:
        "1 for a replica that acknowledges writes before the client hears of them. 0 for all where replication is asynchronous.",
    }),
    lines({ "{{member}}": lag }, "bytes", {
      title: "Replicas behind",
      description: "Write-ahead log of the leader that the replica has not replayed yet. Near 0.",
    }),
    lines({ "{{scope}}": "max by (scope) (rate(patroni_xlog_location[2m]))" }, "Bps", {
      title: "Log written",
      description: "Write-ahead log that the leader writes: how much is changed.",
    }),
    lines({ "{{member}}": "time() - patroni_dcs_last_seen" }, "s", {
      title: "Since etcd answered",
      description: "Below the lease's time. A leader that does not hear from etcd steps down.",
    }),
    lines({ "{{member}}": "time() - patroni_postmaster_start_time" }, "s", {
      title: "PostgreSQL runs for",
      description: "Falls to 0 when the member restarts.",
    }),
  ],
};
