import { expect, test } from "vitest";
import {
  exporterWebYml,
  prometheusWebYml,
  prometheusYml,
} from "../../../components/monitoring/prometheus.ts";
import { rulesYml } from "../../../components/monitoring/rules.ts";
import { toYaml } from "../../../components/monitoring/yaml.ts";
import { TestAuthority } from "./certificates.ts";
import { promtool } from "./promtool.ts";

const target = (host: string, port: number) => ({ host, port });
const prometheus = prometheusYml({
  cluster: "test",
  jobs: [
    {
      name: "manager",
      targets: [{ ...target("manager1", 8080), member: "postgres1" }],
      access: "manager-token",
    },
    { name: "etcd", targets: [target("etcd1", 2379)], access: "certificate" },
    { name: "balancer", targets: [target("balancer", 8404)], access: "statistics" },
    { name: "postgres", targets: [target("postgres-exporter1", 9187)], access: "certificate" },
    { name: "node", targets: [target("node-exporter", 9100)], access: "certificate", path: "/m" },
  ],
  statisticsUser: "statistics",
});

/** All that any system scrapes, so that every rule is among those that are looked at. */
const allRules = rulesYml({
  jobs: ["manager", "etcd", "balancer", "postgres", "node", "patroni", "redis", "synap-member"],
});

test("promtool accepts the configuration, the rules and the web configurations", async () => {
  const authority = await TestAuthority.create();
  const { cert, key } = await authority.issue("prometheus");
  const files = {
    "tls/ca.crt": authority.ca,
    "tls/node.crt": cert,
    "tls/node.key": key,
    "secrets/statistics_password": "x",
    "secrets/manager_token": "x",
    "prometheus.yml": prometheus,
    "rules.yml": allRules,
    "web.yml": prometheusWebYml({
      user: "statistics",
      bcryptHash: "$2b$04$abcdefghijklmnopqrstuuWLlkFzXcW9EGfY9EVbkrEQZWh8vVLWi",
    }),
    "exporter.yml": exporterWebYml({ alias: "node-exporter" }),
  };
  await authority.remove();
  const config = await promtool(files, "check", "config", "prometheus.yml");
  expect(config).toMatchObject({ code: 0 });
  expect(config.output).toContain("SUCCESS");
  const rules = await promtool(files, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml");
  expect(rules).toMatchObject({ code: 0 });
  const web = await promtool(files, "check", "web-config", "web.yml", "exporter.yml");
  expect(web).toMatchObject({ code: 0 });
});

/** Series over minutes, and the alerts that must fire at some of them. */
const cases = [
  {
    name: "a member that is down, though not for a moment",
    series: { 'synfleet_member_up{instance="manager1", member="postgres1"}': "1 1 0 1 0 0 0 0" },
    fires: [
      { at: "2m", alert: "MemberDown", labels: undefined },
      {
        at: "6m",
        alert: "MemberDown",
        labels: { instance: "manager1", member: "postgres1", severity: "critical" },
      },
    ],
  },
  {
    name: "a volume that fills, before clients are sent elsewhere at 5 %",
    series: {
      'synfleet_volume_free_bytes{instance="manager1", member="postgres1"}': "900 300 99 98 60",
      'synfleet_volume_size_bytes{instance="manager1", member="postgres1"}': "1000x4",
    },
    fires: [
      { at: "2m", alert: "VolumeFilling", labels: undefined },
      {
        at: "3m",
        alert: "VolumeFilling",
        labels: { instance: "manager1", member: "postgres1", severity: "warning" },
      },
    ],
  },
  {
    name: "a subscription that is down while the peer runs, and not while it does not",
    series: {
      'synfleet_subscription_replicating{instance="m1", peer="p2"}': "0x10",
      'synfleet_subscription_replicating{instance="m1", peer="p3"}': "0x10",
      'synfleet_peer_reachable{instance="m1", peer="p2"}': "1x10",
      'synfleet_peer_reachable{instance="m1", peer="p3"}': "0x10",
      'synfleet_cluster_initialised{instance="m1"}': "1x10",
    },
    fires: [
      {
        at: "5m",
        alert: "SubscriptionDown",
        labels: { instance: "m1", peer: "p2", severity: "critical" },
      },
    ],
  },
  {
    name: "Redis without a primary, then with two",
    series: {
      'redis_instance_info{job="redis", instance="r1", role="master"}': "1 _ _ 1 1 1",
      'redis_instance_info{job="redis", instance="r2", role="slave"}': "1x5",
      'redis_instance_info{job="redis", instance="r2", role="master"}': "_ _ _ 1 1 1",
    },
    fires: [
      { at: "0m", alert: "RedisWithoutPrimary", labels: undefined },
      { at: "0m", alert: "RedisSeveralPrimaries", labels: undefined },
      { at: "5m", alert: "RedisSeveralPrimaries", labels: { severity: "critical" } },
    ],
  },
  {
    name: "no Redis server that says it is the primary, and a replica without a link",
    series: {
      'redis_instance_info{job="redis", instance="r2", role="slave"}': "1x5",
      'redis_master_link_up{job="redis", instance="r2", member="two"}': "1 0 0 0 0",
    },
    fires: [
      { at: "2m", alert: "RedisWithoutPrimary", labels: { severity: "critical" } },
      {
        at: "3m",
        alert: "RedisReplicaUnlinked",
        labels: { job: "redis", instance: "r2", member: "two", severity: "warning" },
      },
    ],
  },
  {
    name: "Redis that is nearly full, and one without a limit",
    series: {
      'redis_memory_used_bytes{job="redis", instance="r1"}': "95x10",
      'redis_memory_max_bytes{job="redis", instance="r1"}': "100x10",
      'redis_memory_used_bytes{job="redis", instance="r2"}': "95x10",
      'redis_memory_max_bytes{job="redis", instance="r2"}': "0x10",
    },
    fires: [
      {
        at: "6m",
        alert: "RedisMemoryNearMax",
        labels: { job: "redis", instance: "r1", severity: "warning" },
      },
    ],
  },
  {
    name: "etcd's quorum: at risk with two of three, lost with one",
    series: {
      'up{job="etcd", instance="etcd1"}': "1x20",
      'up{job="etcd", instance="etcd2"}': "1x10 0x10",
      'up{job="etcd", instance="etcd3"}': "0x20",
    },
    fires: [
      { at: "5m", alert: "EtcdQuorumAtRisk", labels: { severity: "warning" } },
      { at: "5m", alert: "EtcdQuorumLost", labels: undefined },
      { at: "15m", alert: "EtcdQuorumLost", labels: { severity: "critical" } },
    ],
  },
  {
    name: "conflicts by their rate",
    series: {
      'synfleet_conflicts_total{member="a"}': "0+300x20",
      'synfleet_conflicts_total{member="b"}': "0+6x20",
    },
    fires: [{ at: "15m", alert: "ConflictRate", labels: { member: "a", severity: "warning" } }],
  },
  {
    name: "nobody admitted in a cluster that is initialised",
    series: {
      'synfleet_member_admitted{job="manager", instance="m1"}': "1 0x10",
      'synfleet_member_admitted{job="manager", instance="m2"}': "0x11",
      'synfleet_cluster_initialised{job="manager", instance="m1"}': "1x11",
    },
    fires: [
      { at: "0m", alert: "NoMemberAdmitted", labels: undefined },
      { at: "3m", alert: "NoMemberAdmitted", labels: { job: "manager", severity: "critical" } },
    ],
  },
  {
    name: "PostgreSQL without a leader, and with one that lags",
    series: {
      'up{job="patroni", instance="a"}': "1x10",
      'patroni_primary{job="patroni", instance="a", scope="s", name="a"}': "0x10",
      'patroni_replica{job="patroni", instance="a", scope="s", name="a"}': "1x10",
      'patroni_xlog_location{job="patroni", instance="b", scope="s", name="b"}': "100000000x10",
      'patroni_xlog_replayed_location{job="patroni", instance="a", scope="s", name="a"}': "1000x10",
    },
    fires: [
      { at: "2m", alert: "PostgresNoLeader", labels: { severity: "critical" } },
      {
        at: "5m",
        alert: "PostgresReplicaLag",
        labels: { instance: "a", job: "patroni", name: "a", scope: "s", severity: "warning" },
      },
    ],
  },
  {
    name: "a balancer without a server for writing",
    series: {
      'haproxy_backend_status{instance="balancer", proxy="write", state="UP"}': "0x10",
      'haproxy_backend_status{instance="balancer", proxy="read", state="UP"}': "1x10",
    },
    fires: [
      {
        at: "2m",
        alert: "BalancerBackendEmpty",
        labels: { instance: "balancer", proxy: "write", severity: "critical" },
      },
    ],
  },
];

test("promtool's unit tests of the rules hold", async () => {
  // Only the labels matter here; texts are checked by lint.
  const labelsOnly = allRules.replaceAll(/ +annotations:\n( +summary: .*\n +runbook: .*\n)/g, "");
  const tests = toYaml({
    rule_files: ["rules.yml"],
    evaluation_interval: "15s",
    tests: cases.map(({ name, series, fires }) => ({
      name,
      interval: "1m",
      input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
      alert_rule_test: fires.map(({ at, alert, labels }) => ({
        eval_time: at,
        alertname: alert,
        exp_alerts: labels === undefined ? [] : [{ exp_labels: labels }],
      })),
    })),
  });
  const answer = await promtool(
    { "rules.yml": labelsOnly, "tests.yml": tests },
    ...["test", "rules", "tests.yml"],
  );
  expect(answer.output).toContain("SUCCESS");
  expect(answer.code).toBe(0);
});
