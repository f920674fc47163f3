import {
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DashboardBuilder, DashboardCursorSync } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Dashboard, Panel } from "./dashboard.ts";

/**
 * Renders a dashboard as the file that Grafana reads. Importing this takes longer than all the rest of the program's
 * own code, so it is imported only where there is a Grafana.
 */
export function dashboardJson({ uid, title, description, panels }: Dashboard): string {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["synfleet"])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .timezone("browser");
  for (const [index, panel] of panels.entries()) builder.withPanel(panelOf(panel, index + 1));
  return `${JSON.stringify(builder.build())}\n`;
}

function panelOf({ title, description, unit, kind, queries }: Panel, id: number) {
  const builder = kind === "number" ? latest() : overTime();
  builder.id(id).title(title).description(description).unit(unit);
  for (const [index, { expr, legend }] of queries.entries()) {
    const target = new DataqueryBuilder().refId(String.fromCharCode(65 + index)).expr(expr);
    target.legendFormat(legend);
    builder.withTarget(kind === "number" ? target.instant() : target.range());
  }
  return builder;
}

/** Four beside each other. */
function latest() {
  const reduced = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
  return new StatBuilder()
    .span(6)
    .height(4)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(reduced);
}

/** Two beside each other; what is never below zero begins there. */
function overTime() {
  const legend = new VizLegendOptionsBuilder().showLegend(true);
  return new TimeseriesBuilder().span(12).height(8).axisSoftMin(0).fillOpacity(10).legend(legend);
}
