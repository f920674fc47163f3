import { expect, test } from "vitest";
import { apart, budget, inSet, setSelector } from "./sets.ts";

const selector = setSelector("orders", "synap");

test("of a set one may be evicted, and only while the others are ready", () => {
  expect(budget({ name: "synap" }, selector).spec).toEqual({
    ...{ maxUnavailable: 1, unhealthyPodEvictionPolicy: "IfHealthyBudget" },
    selector: {
      matchLabels: { "app.kubernetes.io/instance": "orders", "org.synfleet.set": "synap" },
    },
  });
});

test.each([
  ["preferred", "preferredDuringSchedulingIgnoredDuringExecution"],
  ["required", "requiredDuringSchedulingIgnoredDuringExecution"],
] as const)("members are kept apart: %s", (spread, rule) => {
  const { affinity, topologySpreadConstraints } = apart(selector, spread);
  expect(Object.keys(affinity.podAntiAffinity)).toEqual([rule]);
  expect(JSON.stringify(affinity)).toContain("kubernetes.io/hostname");
  // A volume keeps its pod in a zone, which a demand could keep from ever being placed.
  expect(topologySpreadConstraints).toMatchObject([
    { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
  ]);
});

test("a member counts as there when it does its part; one that stands alone when it is well", () => {
  const health = ["/usr/local/bin/healthy"];
  const args = { prefix: "orders" };
  expect(inSet({ health }, { set: "synap" }, args)).toMatchObject({
    labels: selector,
    ready: ["/usr/local/bin/ready"],
  });
  expect(inSet({ health, reloads: false }, { set: "app" }, args).ready).toBe(health);
  expect(inSet({ health }, {}, args)).toEqual({ labels: {}, ready: health });
});
