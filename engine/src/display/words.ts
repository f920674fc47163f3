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
  readonly mark: string;
  readonly color: Color;
  readonly doing: string;
  readonly done: string;
  readonly plan: string;
}

const WORDS: Record<Op, Words> = {
  same: { mark: " ", color: "dim", doing: "", done: "", plan: "" },
  create: { mark: "+", color: "green", doing: "creating", done: "created", plan: "create" },
  update: { mark: "~", color: "yellow", doing: "updating", done: "updated", plan: "update" },
  replace: { mark: "+-", color: "magenta", doing: "replacing", done: "replaced", plan: "replace" },
  "create-replacement": {
    mark: "++",
    color: "green",
    doing: "creating replacement",
    done: "created replacement",
    plan: "create replacement",
  },
  "delete-replaced": {
    mark: "--",
    color: "red",
    doing: "deleting original",
    done: "deleted original",
    plan: "delete original",
  },
  delete: { mark: "-", color: "red", doing: "deleting", done: "deleted", plan: "delete" },
  "discard-replaced": {
    mark: "--",
    color: "red",
    doing: "discarding original",
    done: "discarded original",
    plan: "discard original",
  },
  read: { mark: ">", color: "cyan", doing: "reading", done: "read", plan: "read" },
  refresh: { mark: "~", color: "cyan", doing: "refreshing", done: "", plan: "refresh" },
};
export const wordsOf = (op: Op): Words => WORDS[op];

export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)}s`;
  if (seconds < 60) return `${Math.round(seconds)}s`;
  return `${Math.floor(seconds / 60)}m${Math.round(seconds % 60)}s`;
}

const COUNTED: readonly [Op, string, string][] = [
  ["create", "created", "to create"],
  ["update", "updated", "to update"],
  ["delete", "deleted", "to delete"],
  ["replace", "replaced", "to replace"],
  ["read", "read", "to read"],
];

export type Counts = Partial<Record<Op, number>>;

/** "Resources:" of the summary. */
export function countLines(counts: Counts, preview: boolean, paint: Paint): string[] {
  const lines: string[] = [];
  let changes = 0;
  let kinds = 0;
  for (const [op, done, todo] of COUNTED) {
    const count = counts[op] ?? 0;
    if (count === 0) continue;
    const { mark, color } = WORDS[op];
    lines.push(`    ${paint(color, `${mark} ${count} ${preview ? todo : done}`)}`);
    if (op !== "read") changes += count;
    kinds++;
  }
  const same = counts.same ?? 0;
  const parts: string[] = [];
  if (kinds > 1 && changes > 0) parts.push(`${changes} change${changes === 1 ? "" : "s"}`);
  if (same > 0) parts.push(`${same} unchanged`);
  if (parts.length > 0) lines.push(`    ${parts.join(". ")}`);
  return lines;
}
