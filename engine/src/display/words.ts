/** The CLI's words and marks for operations, and how durations and counts are written. */
import type { Op } from "../deployment/events.ts";

export type Color = "green" | "yellow" | "red" | "magenta" | "blue" | "cyan" | "bold" | "dim";
const CODES: Record<Color, number> = {
  green: 32,
  yellow: 33,
  red: 31,
  magenta: 35,
  blue: 34,
  cyan: 36,
  bold: 1,
  dim: 2,
};

export type Paint = (color: Color, text: string) => string;
export const painter =
  (enabled: boolean): Paint =>
  (color, text) =>
    enabled && text !== "" ? `\x1b[${CODES[color]}m${text}\x1b[0m` : text;

interface Words {
  /** Two characters wide. */
  readonly raw: string;
  readonly color: Color;
  readonly doing: string;
  readonly done: string;
  readonly failed: string;
  /** In a preview, when it begins and when it is done. */
  readonly plan: string;
  readonly planned: string;
  /** In the summary, of what is done; a preview says "to" and the operation. */
  readonly counted: string;
}

const words = (
  raw: string,
  color: Color,
  [doing, done, plan]: readonly [string, string, string],
  more: Partial<Words> = {},
): Words => ({
  raw,
  color,
  doing,
  done,
  failed: `${doing.split(" ")[0]!} failed`,
  plan,
  planned: plan,
  counted: done,
  ...more,
});

/** In the order in which the summary counts them. */
const WORDS: Record<Op, Words> = {
  same: words("  ", "dim", ["", "", ""], { failed: "failed" }),
  create: words("+ ", "green", ["creating", "created", "create"]),
  update: words("~ ", "yellow", ["updating", "updated", "update"]),
  delete: words("- ", "red", ["deleting", "deleted", "delete"]),
  replace: words("+-", "magenta", ["replacing", "replaced", "replace"]),
  "create-replacement": words(
    "++",
    "green",
    ["creating replacement", "created replacement", "create replacement"],
    { planned: "replace" },
  ),
  "delete-replaced": words(
    "--",
    "red",
    ["deleting original", "deleted original", "delete original"],
    { planned: "replace" },
  ),
  read: words("> ", "cyan", ["reading", "read", "read"]),
  refresh: words("~ ", "cyan", ["refreshing", "refresh", "refreshing"], { planned: "refresh" }),
  "discard-replaced": words(
    "<<",
    "red",
    ["discarding original", "discarded original", "discard original"],
    { planned: "replace" },
  ),
  "remove-pending-replace": words("~ ", "dim", ["", "", ""]),
  "read-replacement": words(
    ">>",
    "magenta",
    ["reading for replacement", "read for replacement", "read for replacement"],
    { planned: "replace" },
  ),
  discard: words("< ", "red", ["discarding", "discarded", "discard"]),
  import: words("= ", "cyan", ["importing", "imported", "import"]),
  "import-replacement": words(
    "=>",
    "magenta",
    ["importing replacement", "imported replacement", "import replacement"],
    { counted: "imported" },
  ),
};
export const wordsOf = (op: Op): Words => WORDS[op];

export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)}s`;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  return `${Math.floor(seconds / 60)}m${Math.floor(seconds % 60)}s`;
}

/** No changes of the world. */
const READS: ReadonlySet<Op> = new Set(["read", "discard", "read-replacement"]);

export type Counts = Partial<Record<Op, number>>;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** "Resources:" of the summary. */
export function countLines(
  counts: Counts,
  preview: boolean,
  errors: number,
  paint: Paint,
): string[] {
  const lines: string[] = [];
  let [changes, kinds] = [0, 0];
  for (const [op, { raw, color, counted }] of Object.entries(WORDS) as [Op, Words][]) {
    const count = counts[op] ?? 0;
    if (count === 0 || READS.has(op as Op) || op === "same") continue;
    lines.push(`    ${paint(color, `${raw}${count} ${preview ? `to ${op}` : counted}`)}`);
    changes += count;
    kinds++;
  }
  const same = counts.same ?? 0;
  const parts = [
    ...(kinds >= 2 ? [paint("bold", plural(changes, "change"))] : []),
    ...(same > 0 ? [`${same} unchanged`] : []),
  ];
  if (parts.length > 0) lines.push(`    ${parts.join(". ")}`);
  if (errors > 0) lines.push(`    ${paint("red", `${errors} errored`)}`);
  return lines;
}

/** "docker:index/container:Container" is shown as "docker:index:Container". */
export function shortType(type: string): string {
  const [pkg, module, name] = type.split(":");
  if (name === undefined) return type;
  return `${pkg}:${module!.split("/")[0]}:${name}`;
}
