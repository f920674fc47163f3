import { type Dashboard, lines, number } from "./dashboard.ts";

const disk = 'fstype!~"tmpfs|overlay|squashfs|ramfs", mountpoint!~"/(boot|etc)/.*"';

/** What the exporter on each host knows. */
export const host: Dashboard = {
  uid: "synfleet-host",
  title: "Hosts",
  description: "The machines: processors, memory, disks, clocks.",
  jobs: ["node"],
  panels: [
    number('sum(up{job="node"})', "none", {
      title: "Hosts that answer",
      description: "Hosts whose exporter answers.",
    }),
    number(
      `min(node_filesystem_avail_bytes{${disk}} / node_filesystem_size_bytes{${disk}})`,
      "percentunit",
      {
        title: "Least room on a disk",
        description: "Of all file systems. A full disk stops a database.",
      },
    ),
    number("min(node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)", "percentunit", {
      title: "Least memory",
      description: "Share of the memory that a program could still have, of all hosts.",
    }),
    number("min(node_time_seconds - node_boot_time_seconds)", "s", {
      title: "Since a start",
      description: "Since the host that was started last began to run.",
    }),
    lines(
      {
        "{{instance}}": '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[2m]))',
      },
      "percentunit",
      { title: "Processors", description: "Share of the time in which processors were busy." },
    ),
    lines({ "{{instance}}": "node_load1" }, "short", {
      title: "Load",
      description: "Processes that run or wait to. Good below the number of processors.",
    }),
    lines(
      { "{{instance}}": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes" },
      "percentunit",
      { title: "Memory in use", description: "Without what the system keeps only as a cache." },
    ),
    lines(
      {
        "{{instance}} {{mountpoint}}": `1 - node_filesystem_avail_bytes{${disk}} / node_filesystem_size_bytes{${disk}}`,
      },
      "percentunit",
      { title: "Disks in use", description: "Share of each file system. An alert from 90 % on." },
    ),
    lines(
      {
        "{{instance}} read": "sum by (instance) (rate(node_disk_read_bytes_total[2m]))",
        "{{instance}} written": "sum by (instance) (rate(node_disk_written_bytes_total[2m]))",
      },
      "Bps",
      { title: "Disk traffic", description: "Read from and written to all disks." },
    ),
    lines(
      {
        "{{instance}} {{device}}": "rate(node_disk_io_time_seconds_total[2m])",
      },
      "percentunit",
      { title: "Disks busy", description: "Share of the time in which the disk had work." },
    ),
    lines({ "{{instance}}": "node_timex_offset_seconds" }, "s", {
      title: "Clock",
      description: "How far the clock is off, by the system's own estimate. Near 0.",
    }),
    lines({ "{{instance}}": "node_procs_blocked" }, "none", {
      title: "Processes that wait for disks",
      description: "Near 0.",
    }),
  ],
};
