import { type Dashboard, lines, number } from "./dashboard.ts";

const p99 = (metric: string) =>
  `histogram_quantile(0.99, sum by (instance, le) (rate(${metric}_duration_seconds_bucket[2m])))`;

/** What etcd tells about itself. */
export const etcd: Dashboard = {
  uid: "synfleet-etcd",
  title: "etcd",
  description: "The consensus that decides who leads: its quorum, and how fast its disks are.",
  jobs: ["etcd"],
  panels: [
    number("sum(etcd_server_has_leader)", "none", {
      title: "Members with a leader",
      description: "Members that know a leader: all of them, when all is well.",
    }),
    number("max(increase(etcd_server_leader_changes_seen_total[1h]))", "none", {
      title: "Changes of leader",
      description: "In the last hour. Several say that disks or processors are too slow.",
    }),
    number("max(etcd_server_proposals_pending)", "none", {
      title: "Proposals that wait",
      description: "Changes that are not agreed upon yet. Near 0.",
    }),
    number(
      "max(etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes)",
      "percentunit",
      {
        title: "Room used",
        description: "Share of the room that etcd allows itself. It takes no writes at 100 %.",
      },
    ),
    lines({ "{{instance}}": "etcd_server_is_leader" }, "none", {
      title: "Leader",
      description: "1 for the member that leads.",
    }),
    lines({ "{{instance}}": "rate(etcd_server_proposals_committed_total[2m])" }, "ops", {
      title: "Changes",
      description: "Changes that were agreed upon.",
    }),
    lines({ "{{instance}}": p99("etcd_disk_wal_fsync") }, "s", {
      title: "Time of a write to the log",
      description: "All but one of a hundred are faster. Above 10 ms leaders may change.",
    }),
    lines({ "{{instance}}": p99("etcd_disk_backend_commit") }, "s", {
      title: "Time of a commit",
      description: "All but one of a hundred are faster. Good below 25 ms.",
    }),
  ],
};
