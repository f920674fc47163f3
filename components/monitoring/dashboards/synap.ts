import { type Dashboard, lines, number } from "./dashboard.ts";

/** What Synap's members and what keeps them know. */
export const synap: Dashboard = {
  uid: "synfleet-synap",
  title: "Synap",
  description: "One master and its replicas: who is master, and who serves.",
  jobs: ["synap-member", "synap"],
  panels: [
    number("sum(synfleet_synap_master)", "none", {
      title: "Masters",
      description: "Always 1. With 0 nobody takes writes.",
    }),
    number("sum(synfleet_synap_ready)", "none", {
      title: "Members that serve",
      description: "Members that have caught up and serve: all of them, when all is well.",
    }),
    number("max(synfleet_synap_epoch)", "none", {
      title: "Epoch",
      description: "Number of the decision about who is master: one more after each switchover.",
    }),
    number("sum(synfleet_synap_aside)", "none", {
      title: "Directories set aside",
      description: "Data that a member kept before it took that of a master. Remove it by hand.",
    }),
    lines({ "{{member}}": "synfleet_synap_master" }, "none", {
      title: "Master",
      description: "1 for the member that is master.",
    }),
    lines({ "{{member}}": "synfleet_synap_ready" }, "none", {
      title: "Serving",
      description: "1 while the member has caught up and serves.",
    }),
    lines({ "{{member}}": "synfleet_synap_log_bytes" }, "bytes", {
      title: "Write-ahead log",
      description: "Of the master, and a replica's copy of it. It grows without an end.",
    }),
    lines({ "{{member}}": "max by (member) (synap_process_memory_bytes)" }, "bytes", {
      title: "Memory",
      description: "What the server's process takes: all data is in memory.",
    }),
  ],
};
