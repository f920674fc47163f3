import type { Rule } from "./rule.ts";

/** Is there one Redis primary, do the others follow it, and is there room? */
export function redisRules(): Rule[] {
  return [
    {
      alert: "RedisDown",
      job: "redis",
      expr: 'redis_up{job="redis"} == 0',
      for: "30s",
      severity: "warning",
      summary: "The Redis server of {{ $labels.member }} does not answer.",
      runbook:
        "Is its container running, and what does its log end with? 'waiting:' names what it needs to know before it starts in any role. It catches up by itself once it runs.",
    },
    {
      alert: "RedisWithoutPrimary",
      job: "redis",
      expr: '(count(redis_instance_info{job="redis",role="master"}) or vector(0)) == 0',
      for: "15s",
      severity: "critical",
      summary: "No Redis server is the primary: clients cannot write.",
      runbook:
        "With Sentinels: program ready in a Sentinel's container says why none is promoted; start servers and Sentinels that are down. Without: make sure that the old primary is gone for good, then promote a replica by hand.",
    },
    {
      alert: "RedisSeveralPrimaries",
      job: "redis",
      expr: 'count(redis_instance_info{job="redis",role="master"}) > 1',
      for: "30s",
      severity: "critical",
      summary: "{{ $value }} Redis servers take themselves for the primary.",
      runbook:
        "Most likely one is cut off from the Sentinels. What it has taken without a replica is lost when it returns. Repair the network; without Sentinels stop the one that is not to stay.",
    },
    {
      alert: "RedisReplicaUnlinked",
      job: "redis",
      expr: 'redis_master_link_up{job="redis"} == 0',
      for: "1m",
      severity: "warning",
      summary: "The Redis replica of {{ $labels.member }} hears nothing of its primary.",
      runbook:
        "Its log names the reason: the primary is gone, refuses its password, or its copy of the data does not end. Until it is back, one failure less is survived.",
    },
    {
      alert: "RedisMemoryNearMax",
      job: "redis",
      expr: 'redis_memory_used_bytes{job="redis"} / (redis_memory_max_bytes{job="redis"} > 0) > 0.9',
      for: "5m",
      severity: "warning",
      summary:
        "The data of {{ $labels.member }} takes {{ $value | humanizePercentage }} of its room.",
      runbook:
        "Under noeviction writes are refused when it is full. Raise memoryMiB, of which data may take 60 %, or let keys expire.",
    },
    {
      alert: "RedisPersistenceFailing",
      job: "redis",
      expr: 'redis_aof_last_write_status{job="redis"} == 0',
      for: "30s",
      severity: "critical",
      summary: "The Redis server of {{ $labels.member }} cannot write its data to disk.",
      runbook: "Writes are refused until it can. Most likely the disk is full: make room on it.",
    },
  ];
}
