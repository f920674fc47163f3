/** A Synap that is watched by a Prometheus of the cluster's Prometheus operator, both of them real. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { panelsWithoutData, type PanelQuery } from "../acceptance/checks/dashboards.ts";
import { synapServer } from "../support/synap-server.ts";
import { until } from "../support/until.ts";
import { OperatorsPrometheus } from "./prometheus.ts";
import { Outsider } from "../kubernetes/outsider.ts";
import { OnCluster } from "../kubernetes/stack.ts";

let site: OnCluster;
let prometheus: OperatorsPrometheus;
const members = ["synap1", "synap2", "synap3"];
const KINDS = "servicemonitors,prometheusrules";

beforeAll(async () => {
  await synapServer();
  site = await OnCluster.create("synap");
  prometheus = new OperatorsPrometheus(site.context);
  await prometheus.start();
  const { namespace, labels } = prometheus;
  await site.setCluster({ monitoring: { prometheus: "operator", namespace, labels } });
  await site.deployment.up();
}, 1_500_000);
afterAll(async () => {
  await prometheus?.remove();
  await site?.remove();
});

test("is told of each part, and none of ours is there", async () => {
  const monitors = ["balancer", ...members].map((name) => `servicemonitor/${name}`);
  expect((await site.objects(KINDS)).map((name) => name.replace(/\.[^/]*/, ""))).toEqual([
    `prometheusrule/${site.namespace}`,
    ...monitors,
  ]);
  expect(await site.objects("statefulsets")).not.toContain("statefulset.apps/prometheus");
  expect((await site.outputs()).endpoints).not.toHaveProperty("prometheus");
});

test("an `up` without a change changes nothing", () => site.deployment.up("--expect-no-changes"));

test("reads every part over verified TLS, with the labels that ours gives", async () => {
  const part = (job: string, instance: string, member = {}) => ({ job, instance, ...member });
  const expected = [
    part("balancer", "balancer"),
    ...["synap", "synap-member"].flatMap((job) =>
      members.map((member) => part(job, member, { member })),
    ),
  ].map((labels) => ({ ...labels, namespace: site.namespace, health: "up" }));
  const byName = (one: object) => JSON.stringify(Object.entries(one).sort());
  await until(
    "every target up",
    async () => {
      const targets = await prometheus.targets();
      const told = targets.map(({ health, labels: { job, instance, member, namespace } }) => ({
        ...{ job, instance, ...(member !== undefined && { member }), namespace, health },
      }));
      const problems = targets.flatMap(({ lastError }) => lastError || []);
      expect([told.map(byName).sort(), problems]).toEqual([expected.map(byName).sort(), []]);
      return true;
    },
    { seconds: 240 },
  );
});

test("has every rule, none of which fires", async () => {
  await until(
    "rules",
    async () => {
      const rules = await prometheus.rules();
      const names = rules.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(["SynapNoMaster", "PartNotFound"]));
      expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
      // What was not there yet at the first look is forgotten at the next.
      expect(await prometheus.query(`ALERTS{namespace="${site.namespace}"}`)).toEqual([]);
      return true;
    },
    { seconds: 120 },
  );
});

test("has an answer to every panel of the dashboards that a Grafana is given", async () => {
  const list = await site.kubectl(
    ...["get", "configmaps", "--selector", "grafana_dashboard=1", "--output", "json"],
  );
  const { items } = JSON.parse(list) as { items: { data: Record<string, string> }[] };
  const boards = items.flatMap(({ data }) => Object.values(data).map((text) => JSON.parse(text)));
  expect(boards.map(({ title }) => title).sort()).toEqual(
    ["Balancer", "Synap"].map((title) => `${title} (${site.namespace})`),
  );
  let left = boards.flatMap(({ title, panels }: any) =>
    panels.flatMap((panel: any) =>
      panel.targets.map(({ expr }: any): PanelQuery => ({
        panel: `${title}: ${panel.title}`,
        expr,
      })),
    ),
  );
  expect(left.length).toBeGreaterThan(15);
  await until(
    "data in every panel",
    async () => {
      const missing = await panelsWithoutData(left, (expr) => prometheus.query(expr));
      if (missing.length === 0) return true;
      left = left.filter(({ expr }) => missing.some((line) => line.endsWith(`: ${expr}`)));
      throw new Error(missing.join("; "));
    },
    { seconds: 150 },
  );
});

describe("the network", () => {
  test("admits nobody else of its namespace", async () => {
    const stranger = await Outsider.in(site.context, prometheus.namespace);
    const address = await site.kubectl(
      ...["get", "pod/synap1-0", "--output", "jsonpath={.status.podIP}"],
    );
    expect(await stranger.reaches("kubernetes.default.svc", 443)).toBe(true);
    expect(await stranger.reaches(address, 15500)).toBe(false);
  });
});

test("fires for a part that is not there, which it knows nothing of", async () => {
  await site.scale("synap3", 0);
  const firing = `ALERTS{alertname="PartNotFound",alertstate="firing",namespace="${site.namespace}"}`;
  await until(
    "the alert",
    async () => {
      const found = await prometheus.query(firing);
      const parts = found.map(({ metric }) => [metric["job"], metric["instance"]]).sort();
      expect(parts).toEqual([
        ["synap", "synap3"],
        ["synap-member", "synap3"],
      ]);
      return true;
    },
    { seconds: 300 },
  );
  await site.scale("synap3", 1);
});

test("gives way to one of ours, and all that told it is gone", async () => {
  const before = await site.pods();
  await site.setCluster({ monitoring: {} });
  await site.deployment.up();
  expect(await site.objects(KINDS)).toEqual([]);
  const { prometheus: own, ...others } = await site.pods();
  expect(own).toBeDefined();
  expect(others).toEqual(before);
  expect((await site.outputs()).endpoints).toHaveProperty("prometheus");
});
