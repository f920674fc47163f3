import { expect, test } from "vitest";
import { dashboards } from "../../components/monitoring/dashboards.ts";
import { panelQueries, panelsWithoutData } from "../acceptance/checks/dashboards.ts";

const etcd = dashboards(["etcd"]);
const queries = panelQueries(etcd);

test("every query of every panel is asked, with the panel's name", async () => {
  const asked: string[] = [];
  const missing = await panelsWithoutData(queries, async (expr) => [asked.push(expr)]);
  expect(missing).toEqual([]);
  expect(asked).toEqual(
    etcd.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ expr }) => expr))),
  );
});

test("a panel without data is named, and one whose query is refused with the reason", async () => {
  const missing = await panelsWithoutData(queries, async (expr) => {
    if (expr === "etcd_server_is_leader") return [];
    if (expr.startsWith("max(increase")) throw new Error("Prometheus answers 400: parse error");
    return [{ metric: {}, value: [0, "NaN"] }];
  });
  expect(missing).toEqual([
    "etcd: Changes of leader: Prometheus answers 400: parse error: max(increase(etcd_server_leader_changes_seen_total[1h]))",
    "etcd: Leader has no data: etcd_server_is_leader",
  ]);
});
