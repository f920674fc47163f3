/** The same event some times over, with a client that writes all the while: how long it could not, and what it lost. */
import { Ledger } from "../../support/ledger.ts";
import { median, timed } from "../figures.ts";

export interface Measured {
  readonly what: string;
  readonly seconds: readonly number[];
  /** How often it did not come about at all, which is told and does not end the run. */
  readonly failed?: number;
  /** Acknowledged entries, and those of them that are not there any more. */
  readonly acknowledged: number;
  readonly lost: number;
  /** The most that is wanted of the median, in seconds. */
  readonly goal?: number;
}

/** Where a client writes. */
export interface Store {
  write(id: number): Promise<void>;
  /** Of these, which are there. */
  kept(ids: readonly number[]): Promise<ReadonlySet<number>>;
  /** Ends when every member has what the first one has. */
  inStep(): Promise<void>;
}

export interface Event {
  readonly what: string;
  readonly goal?: number;
  /** Makes it happen; the time without writes is taken around it. */
  readonly happens: () => Promise<unknown>;
  /** Puts right what it broke. Its time until all are in step is measured as `mended`. */
  readonly mends?: () => Promise<unknown>;
  readonly mended?: string;
}

/** Rows that share what a client wrote meanwhile, and how much of it is lost. */
export async function whileWriting(
  store: Store,
  run: (ledger: Ledger) => Promise<readonly Omit<Measured, "acknowledged" | "lost">[]>,
): Promise<Measured[]> {
  const ledger = new Ledger((id) => store.write(id));
  const rows = await run(ledger).finally(() => ledger.stop());
  const ids = ledger.acknowledged;
  const kept = await store.kept(ids);
  const lost = ids.filter((id) => !kept.has(id)).length;
  return rows.map((row) => ({ ...row, acknowledged: ids.length, lost }));
}

/** One row for the event, and one more for its mending where that has a name. */
export function rounds(store: Store, event: Event, count: number): Promise<Measured[]> {
  const { what, goal, mended } = event;
  return whileWriting(store, async (ledger) => {
    const gaps: number[] = [];
    const mendings: number[] = [];
    let failed = 0;
    for (let round = 0; round < count; round += 1) {
      await store.inStep();
      try {
        gaps.push(await ledger.gapDuring(event.happens));
      } catch (error) {
        failed += 1;
        console.error(`${what}: ${(error as Error).message}`);
        // What it broke is not for the next one to find.
        await event.mends?.();
        continue;
      }
      const { seconds } = await timed(async () => {
        await event.mends?.();
        await store.inStep();
      });
      mendings.push(seconds);
      console.error(`${what}: ${gaps.at(-1)!.toFixed(2)} s without writes`);
    }
    return [
      { what, seconds: gaps, failed, ...(goal !== undefined && { goal }) },
      ...(mended ? [{ what: mended, seconds: mendings }] : []),
    ];
  });
}

/** As docs/benchmarks.md shows them. */
export function asMarkdown(rows: readonly Measured[]): string {
  const cells = rows.map(({ what, seconds, failed = 0, acknowledged, lost, goal }) => [
    what,
    seconds.length > 0 ? `${median(seconds).toFixed(1)} s` : "",
    seconds.length > 1 ? `${Math.max(...seconds).toFixed(1)} s` : "",
    failed > 0 ? `${seconds.length}, and ${failed} failed` : String(seconds.length),
    `${lost} of ${acknowledged.toLocaleString("en")}`,
    goal === undefined ? "" : `at most ${goal} s`,
  ]);
  const all = [["what", "p50", "max", "rounds", "acknowledged writes lost", "goal"], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(all[0]!), rule, ...all.slice(1).map(line)].join("\n");
}
