import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import {
  exporterWebYml,
  prometheusWebYml,
  prometheusYml,
} from "../../../components/monitoring/prometheus.ts";
import { rulesYml } from "../../../components/monitoring/rules.ts";
import { toYaml } from "../../../components/monitoring/yaml.ts";
import { buildImage } from "../../../images/build.ts";
import { TestAuthority } from "./certificates.ts";

const target = (host: string, port: number) => ({ host, port });
const prometheus = prometheusYml({
  cluster: "test",
  managers: [{ ...target("manager1", 8080), member: "postgres1" }],
  etcd: [target("etcd1", 2379)],
  balancers: [target("balancer", 8404)],
  postgresExporters: [{ ...target("postgres-exporter1", 9187), member: "postgres1" }],
  nodeExporters: [target("node-exporter", 9100)],
  statisticsUser: "statistics",
});

/** Runs promtool of the image that is deployed, over files at the paths they have there. */
async function promtool(files: Record<string, string>, ...args: string[]) {
  const archive = pack();
  for (const [path, content] of Object.entries(files)) {
    archive.entry({ name: `etc/synfleet/${path}` }, content);
  }
  archive.finalize();
  const stdin = await buffer(archive as unknown as AsyncIterable<Buffer>);
  const image = await buildImage("prometheus");
  const script = 'tar -xC / && cd /etc/synfleet && exec promtool "$@"';
  const run = ["run", "--rm", "--interactive", "--user", "0", "--network", "none"];
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn("docker", [
      ...run,
      "--entrypoint",
      "sh",
      image,
      "-c",
      script,
      "sh",
      ...args,
    ]);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
    child.stdin.end(stdin);
  });
}

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
    "rules.yml": rulesYml({}),
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
  const labelsOnly = rulesYml({}).replaceAll(
    / +annotations:\n( +summary: .*\n +runbook: .*\n)/g,
    "",
  );
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
