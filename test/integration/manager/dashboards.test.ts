import { expect, test } from "vitest";
import { dashboards } from "../../../components/monitoring/dashboards.ts";
import { toYaml } from "../../../components/monitoring/yaml.ts";
import { promtool } from "./promtool.ts";

test("promtool accepts every query of the dashboards", async () => {
  const all = dashboards([
    ...["manager", "patroni", "postgres", "etcd", "redis", "synap-member", "synap", "app"],
    ...["balancer", "node", "prometheus"],
  ]);
  const queries = all.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));
  const rules = queries.map(({ expr }, n) => ({ record: `panel:query:${n}`, expr }));
  const answer = await promtool(
    { "queries.yml": toYaml({ groups: [{ name: "queries", rules }] }) },
    ...["check", "rules", "queries.yml"],
  );
  expect(answer.output).toContain(`SUCCESS: ${queries.length} rules found`);
  expect(answer.code).toBe(0);
});
