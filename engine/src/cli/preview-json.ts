/** `preview --json`: the steps, the diagnostics and the counts, secrets masked. */
import type { Display } from "../display/display.ts";
import type { Resource } from "../deployment/resource.ts";
import type { Config } from "../project/config.ts";
import { masked } from "../values/property.ts";

function stateOf(r: Resource | undefined): object | undefined {
  if (!r) return undefined;
  return {
    urn: r.urn,
    custom: r.custom,
    ...(r.id ? { id: r.id } : {}),
    type: r.type,
    inputs: masked(r.inputs),
    outputs: masked(r.outputs),
    ...(r.parent ? { parent: r.parent } : {}),
    ...(r.provider ? { provider: r.provider } : {}),
  };
}

export function previewJson(display: Display, config: Config): object {
  return {
    config: Object.fromEntries(
      [...config].map(([key, v]) => [key, v.secret ? "[secret]" : v.text]),
    ),
    steps: [...display.rows.values()].map((row) => ({
      op: row.op,
      urn: row.urn,
      ...(row.old ? { oldState: stateOf(row.old) } : {}),
      ...(row.now && row.op !== "delete" ? { newState: stateOf(row.now) } : {}),
      ...(row.changed.length > 0 && row.op !== "same" ? { diffReasons: row.changed } : {}),
    })),
    diagnostics: display.diagnostics,
    changeSummary: display.counts,
  };
}
