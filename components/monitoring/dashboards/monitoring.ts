import { type Dashboard, lines, number } from "./dashboard.ts";

/** What Prometheus knows of all it watches, and of itself. */
export const monitoring: Dashboard = {
  uid: "synfleet-monitoring",
  title: "Monitoring",
  description: "Whether every part is watched, and what is alarming.",
  jobs: ["prometheus"],
  panels: [
    number('count(ALERTS{alertstate="firing"}) or vector(0)', "none", {
      title: "Alerts",
      description: "Alerts that are firing. 0, when all is well; Prometheus shows their runbooks.",
    }),
    number("count(up == 0) or vector(0)", "none", {
      title: "Parts not watched",
      description: "Parts whose metrics could not be read. 0, when all is well.",
    }),
    number("prometheus_config_last_reload_successful", "none", {
      title: "Configuration taken",
      description: "1 when Prometheus runs with its latest configuration.",
    }),
    number("sum(prometheus_tsdb_storage_blocks_bytes)", "bytes", {
      title: "Kept on disk",
      description: "What Prometheus keeps. The oldest goes first when its room is used up.",
    }),
    lines({ "{{job}}": "sum by (job) (up)" }, "none", {
      title: "Parts that answer",
      description: "How many parts of each kind could be read.",
    }),
    lines({ "{{job}}": "max by (job) (scrape_duration_seconds)" }, "s", {
      title: "Time to read a part",
      description: "The slowest of each kind. Above 10 s it is given up.",
    }),
    lines({ series: "sum(prometheus_tsdb_head_series)" }, "short", {
      title: "Series",
      description: "Time series of the last hours: what Prometheus needs its memory for.",
    }),
    lines({ memory: 'sum(process_resident_memory_bytes{job="prometheus"})' }, "bytes", {
      title: "Memory",
      description: "What Prometheus takes.",
    }),
  ],
};
