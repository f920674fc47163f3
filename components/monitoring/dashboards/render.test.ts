import * as units from "@grafana/grafana-foundation-sdk/units";
import { describe, expect, test } from "vitest";
import { dashboards } from "../dashboards.ts";
import { dashboardJson } from "./render.ts";

const given = dashboards([
  ...["manager", "patroni", "postgres", "etcd", "redis", "synap-member", "synap", "app"],
  ...["balancer", "node", "prometheus"],
]).map((dashboard) => ({ ...dashboard, rendered: JSON.parse(dashboardJson(dashboard)) }));

describe.each(given)("the file of $title", ({ uid, title, panels, rendered }) => {
  test("has its address, and nobody can change it in the browser", () => {
    expect(rendered).toMatchObject({ uid, title, editable: false, refresh: "30s" });
  });

  test("has each panel with its unit, its text and its queries", () => {
    const told = rendered.panels.map((panel: any) => ({
      ...{ title: panel.title, description: panel.description },
      unit: panel.fieldConfig.defaults.unit,
      kind: panel.type === "stat" ? "number" : panel.type === "timeseries" && "lines",
      queries: panel.targets.map(({ expr, legendFormat }: any) => ({ expr, legend: legendFormat })),
    }));
    expect(told).toEqual(panels);
    for (const { targets } of rendered.panels) {
      expect(new Set(targets.map(({ refId }: any) => refId)).size).toBe(targets.length);
    }
    const known = new Set<unknown>(Object.values(units));
    expect(panels.filter(({ unit }) => !known.has(unit))).toEqual([]);
  });

  test("has a place for each panel that is its own", () => {
    const places = rendered.panels.flatMap(({ gridPos: { x, y, w, h } }: any) =>
      Array.from({ length: w * h }, (_, n) => [x + (n % w), y + Math.floor(n / w)]),
    );
    expect(new Set(places.map(String)).size).toBe(places.length);
    expect(Math.max(...places.map(([x]: number[]) => x))).toBe(23);
  });
});
