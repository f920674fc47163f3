/** What is printed when a run is over: policies, diagnostics, outputs, counts. */
import { urnName } from "../deployment/urn.ts";
import { outputs } from "./step-text.ts";
import type { Row } from "./rows.ts";
import type { Summary, ViewOptions } from "./view.ts";
import { countLines, shortType, type Paint } from "./words.ts";

/** Lines of a message without the blank ones at its end. */
const linesOf = (message: string): string[] => message.trimEnd().split("\n");

export function diagnosticsText(rows: Iterable<Row>, paint: Paint): string {
  const out: string[] = [];
  for (const row of rows) {
    const shown = row.diagnostics.filter((d) => !d.passing && d.message.trim() !== "");
    if (shown.length === 0) continue;
    if (out.length === 0) out.push(paint("bold", "Diagnostics:"));
    const { type, urn } = row.step;
    out.push(`  ${paint("cyan", `${shortType(type)} (${urnName(urn)}):`)}`);
    for (const stream of new Set(shown.map((d) => d.stream))) {
      for (const { message } of shown.filter((d) => d.stream === stream))
        out.push(...linesOf(message).map((line) => `    ${line}`.trimEnd()));
      out.push("");
    }
  }
  return out.map((line) => `${line}\n`).join("");
}

export function policiesText({ policies }: Summary, paint: Paint): string {
  return policies
    .lines(paint)
    .map((line) => `${line}\n`)
    .join("");
}

export function outputsText(row: Row | undefined, options: ViewOptions): string {
  const text = row && options.showOutputs ? outputs(row.step, 1, options) : "";
  return text === "" ? "" : `${options.paint("bold", "Outputs:")}\n${text}\n`;
}

export function summaryText(
  { counts, seconds }: Summary,
  errors: number,
  { paint, preview }: ViewOptions,
  packs: readonly string[] = [],
): string {
  const lines = [
    paint("bold", "Resources:"),
    ...countLines(counts, preview, errors, paint),
    ...packs,
  ];
  if (!preview) lines.push("", `${paint("bold", "Duration:")} ${wholeSeconds(seconds)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** Rounded up, in Go's way: 2s, 1m0s, 1h0m0s. */
function wholeSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const most = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : "";
  return `${most}${whole % 60}s`;
}
