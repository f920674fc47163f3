/** Progress on a terminal: the tree of resources, redrawn in place, with the time each takes. */
import { urnName } from "../deployment/urn.ts";
import { shortType, type Row, type Screen } from "./display.ts";
import { duration, wordsOf, type Paint } from "./words.ts";

const FRAME_MILLISECONDS = 120;
/** Kept free for the summary and the prompt. */
const SPARE_LINES = 4;

interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
}

export interface LiveOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly preview: boolean;
  readonly terminal: Terminal;
}

/** Rows as a tree: children under their parent, in order of appearance. */
export function treeOrder(rows: readonly Row[]): { row: Row; depth: number }[] {
  const urns = new Set(rows.map((r) => r.urn));
  const children = new Map<string, Row[]>();
  for (const row of rows) {
    const parent = urns.has(row.parent) ? row.parent : "";
    children.set(parent, [...(children.get(parent) ?? []), row]);
  }
  const out: { row: Row; depth: number }[] = [];
  const visit = (parent: string, depth: number): void => {
    for (const row of children.get(parent) ?? []) {
      out.push({ row, depth });
      visit(row.urn, depth + 1);
    }
  };
  visit("", 0);
  return out;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

export function frame(rows: readonly Row[], options: LiveOptions, whole: boolean): string[] {
  const { paint, preview, terminal } = options;
  const columns = (terminal.columns ?? 100) - 1;
  const height = whole ? Infinity : (terminal.rows ?? 30) - SPARE_LINES;
  const interesting = (r: Row): boolean =>
    r.op !== "same" && !(r.op === "refresh" && r.state === "done");
  const shown = rows.filter(interesting);
  const withParents = new Set<string>();
  const byUrn = new Map(rows.map((r) => [r.urn, r]));
  for (const row of shown)
    for (let r: Row | undefined = row; r; r = byUrn.get(r.parent)) withParents.add(r.urn);
  let lines = treeOrder(rows.filter((r) => withParents.has(r.urn)));
  if (lines.length > height) {
    // What runs or failed matters more than what is done.
    const order = (r: Row): number => (r.state === "done" ? 1 : 0);
    lines = lines
      .map((l, i) => ({ ...l, i }))
      .sort((a, b) => order(a.row) - order(b.row) || a.i - b.i)
      .slice(0, height)
      .sort((a, b) => a.i - b.i);
  }
  const labels = lines.map(
    ({ row, depth }) => `${"   ".repeat(depth)}${shortType(row.type)}  ${urnName(row.urn)}`,
  );
  const width = Math.min(Math.max(20, ...labels.map((l) => l.length)), Math.floor(columns * 0.6));
  return lines.map(({ row }, i) => {
    const words = wordsOf(row.op);
    const seconds =
      row.state === "running" ? (performance.now() - row.startedAt) / 1000 : row.seconds;
    const verb = preview ? words.plan : row.state === "done" ? words.done : words.doing;
    const time = preview || verb === "" ? "" : ` (${duration(seconds)})`;
    const failed = row.state === "failed" ? " failed" : "";
    const info =
      row.note ||
      (row.changed.length > 0 && row.op !== "same"
        ? `[diff: ${row.changed.map((k) => `~${k}`).join(",")}]`
        : "");
    const left = ` ${words.mark.padEnd(2)} ${cut(labels[i]!, width).padEnd(width)}  `;
    const status = cut(`${verb}${failed}${time}`, 32).padEnd(24);
    const right = cut(info, Math.max(0, columns - left.length - status.length - 1));
    return `${paint(words.color, left)}${paint(row.state === "failed" ? "red" : words.color, status)} ${paint("dim", right)}`.trimEnd();
  });
}

export function liveScreen(options: LiveOptions): Screen {
  const { write, paint } = options;
  const rows = new Map<string, Row>();
  let drawn = 0;
  let changed = false;
  const erase = (): string => (drawn > 0 ? `\x1b[${drawn}A\x1b[J` : "");
  const draw = (whole: boolean): void => {
    const lines = frame([...rows.values()], options, whole);
    write(`${erase()}${lines.map((l) => `${l}\n`).join("")}`);
    drawn = lines.length;
    changed = false;
  };
  const anyRunning = (): boolean =>
    [...rows.values()].some((r) => r.state === "running" && r.op !== "same");
  const timer = setInterval(() => {
    if (changed || anyRunning()) draw(false);
  }, FRAME_MILLISECONDS);
  timer.unref();
  return {
    begin: (title) => write(`${paint("bold", `${title}:`)}\n`),
    row(row) {
      rows.set(row.urn, row);
      changed = true;
    },
    line(text) {
      write(`${erase()}    ${text}\n`);
      drawn = 0;
      changed = true;
    },
    end() {
      clearInterval(timer);
      draw(true);
      write("\n");
    },
  };
}
