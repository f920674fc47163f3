import { type Dashboard, lines, number } from "./dashboard.ts";

const rate = (metric: string) => `rate(redis_${metric}_total[2m])`;

/** What the exporter beside each Redis server knows. */
export const redis: Dashboard = {
  uid: "synfleet-redis",
  title: "Redis",
  description: "One primary and its replicas: who is primary, who follows, and the room.",
  jobs: ["redis"],
  panels: [
    number('count(redis_instance_info{role="master"}) or vector(0)', "none", {
      title: "Primaries",
      description: "Always 1. With 0 nobody takes writes; with 2 a server is cut off.",
    }),
    number("sum(redis_up)", "none", {
      title: "Servers that answer",
      description: "Servers that answer their exporter.",
    }),
    number("sum(redis_master_link_up) or vector(0)", "none", {
      title: "Replicas linked",
      description: "Replicas that hear from their primary.",
    }),
    number("max(sum by (instance) (redis_db_keys))", "short", {
      title: "Keys",
      description: "Keys of the server that has most.",
    }),
    lines({ "{{member}}": 'redis_instance_info{role="master"}' }, "none", {
      title: "Primary",
      description: "1 for the server that is primary; there is no line for a replica.",
    }),
    lines(
      { "{{member}}": "scalar(max(redis_master_repl_offset)) - redis_master_repl_offset" },
      "bytes",
      {
        title: "Behind",
        description: "What the server has not taken of the furthest one's stream. Near 0.",
      },
    ),
    lines({ "{{member}}": rate("commands_processed") }, "ops", {
      title: "Commands",
      description: "Commands that the server carries out, those of replication among them.",
    }),
    lines({ "{{member}}": "redis_connected_clients" }, "none", {
      title: "Clients",
      description: "Connections of clients, without those of replicas.",
    }),
    lines(
      { "{{member}} used": "redis_memory_used_bytes", "{{member}} room": "redis_memory_max_bytes" },
      "bytes",
      {
        title: "Memory",
        description:
          "What the data takes, and the most it may. Writes are refused when it is full.",
      },
    ),
    lines(
      { "{{member}} found": rate("keyspace_hits"), "{{member}} missed": rate("keyspace_misses") },
      "ops",
      { title: "Look-ups", description: "Keys that were asked for and were there, or were not." },
    ),
    lines(
      { "{{member}} expired": rate("expired_keys"), "{{member}} evicted": rate("evicted_keys") },
      "ops",
      {
        title: "Keys that went",
        description: "Their time was over, or they were taken out to make room.",
      },
    ),
    lines({ "{{member}}": "redis_aof_last_write_status" }, "none", {
      title: "Written to disk",
      description: "1 while the last write to the append-only file went well.",
    }),
  ],
};
