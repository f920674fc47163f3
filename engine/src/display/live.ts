/** Progress on a terminal: the tree of resources, redrawn in place, with the time each takes. */
import { urnName } from "../deployment/urn.ts";
import { LOADING, Progress } from "./progress.ts";
import type { Row } from "./rows.ts";
import type { ViewOptions } from "./view.ts";
import { shortType, wordsOf, type Paint } from "./words.ts";

const FRAME_MILLISECONDS = 120;
/** Kept free for the summary and the prompt. */
const SPARE_LINES = 4;

interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
}

export interface FrameOptions {
  readonly paint: Paint;
  readonly preview: boolean;
  readonly terminal: Terminal;
}

const parentOf = (row: Row): string => (row.step.now ?? row.step.old)?.parent ?? "";

/** Rows as a tree: children under their parent, in order of appearance. */
export function treeOrder(rows: readonly Row[]): { row: Row; depth: number }[] {
  const urns = new Set(rows.map((r) => r.step.urn));
  const children = new Map<string, Row[]>();
  for (const row of rows) {
    const parent = urns.has(parentOf(row)) ? parentOf(row) : "";
    children.set(parent, [...(children.get(parent) ?? []), row]);
  }
  const out: { row: Row; depth: number }[] = [];
  const visit = (parent: string, depth: number): void => {
    for (const row of children.get(parent) ?? []) {
      out.push({ row, depth });
      visit(row.step.urn, depth + 1);
    }
  };
  visit("", 0);
  return out;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

export function frame(
  rows: readonly Row[],
  { paint, preview, terminal }: FrameOptions,
  whole: boolean,
): string[] {
  const columns = (terminal.columns ?? 100) - 1;
  const height = whole ? Infinity : (terminal.rows ?? 30) - SPARE_LINES;
  const withParents = new Set<string>();
  const byUrn = new Map(rows.map((r) => [r.step.urn, r]));
  for (const row of rows.filter((r) => !r.hidden))
    for (let r: Row | undefined = row; r; r = byUrn.get(parentOf(r))) withParents.add(r.step.urn);
  let lines = treeOrder(rows.filter((r) => withParents.has(r.step.urn)));
  if (lines.length > height) {
    // What runs or failed matters more than what is done.
    const order = (r: Row): number => (r.isDone(false) && !r.failed ? 1 : 0);
    lines = lines
      .map((l, i) => ({ ...l, i }))
      .sort((a, b) => order(a.row) - order(b.row) || a.i - b.i)
      .slice(0, height)
      .sort((a, b) => a.i - b.i);
  }
  const labels = lines.map(
    ({ row, depth }) =>
      `${"   ".repeat(depth)}${shortType(row.step.type)}  ${urnName(row.step.urn)}`,
  );
  const width = Math.min(Math.max(20, ...labels.map((l) => l.length)), Math.floor(columns * 0.6));
  return lines.map(({ row }, i) => {
    const { raw, color } = wordsOf(row.step.op);
    const left = ` ${raw} ${cut(labels[i]!, width).padEnd(width)}  `;
    const status = cut(row.status(preview, whole), 32).padEnd(24);
    const right = cut(row.info(whole), Math.max(0, columns - left.length - status.length - 1));
    return `${paint(color, left)}${paint(row.failed ? "red" : color, status)} ${paint("dim", right)}`.trimEnd();
  });
}

export class Live extends Progress {
  private readonly terminal: Terminal;
  private readonly timer: NodeJS.Timeout;
  private drawn = 0;
  private changed = false;

  constructor(options: ViewOptions, stackUrn: string, terminal: Terminal) {
    super(options, stackUrn);
    this.terminal = terminal;
    this.timer = setInterval(() => {
      if (this.changed || [...this.rows.values()].some((r) => !r.hidden && !r.isDone(false)))
        this.draw(false);
    }, FRAME_MILLISECONDS);
    this.timer.unref();
  }

  override loading(): void {
    this.isLoading = true;
    this.ensureStack();
    this.changed = true;
  }

  override prelude(): void {
    this.isLoading = false;
    this.changed = true;
  }

  protected override always(): boolean {
    return true;
  }

  protected override updated(): void {
    this.changed = true;
  }

  protected override close(): void {
    clearInterval(this.timer);
    this.draw(true);
    this.options.write("\n");
  }

  private draw(whole: boolean): void {
    const rows = [...this.rows.values()];
    const hasStack = rows.some((row) => row.isStack);
    const lines = frame(
      rows.filter((row) => !row.standsIn || !hasStack),
      { ...this.options, terminal: this.terminal },
      whole,
    );
    if (this.isLoading && !whole) lines.push(LOADING);
    const erase = this.drawn > 0 ? `\x1b[${this.drawn}A\x1b[J` : "";
    this.options.write(`${erase}${lines.map((l) => `${l}\n`).join("")}`);
    this.drawn = lines.length;
    this.changed = false;
  }
}
