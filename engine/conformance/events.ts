/** Steps out of an event log, which both engines write in the format of Pulumi's service. */
import { existsSync, readFileSync } from "node:fs";

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly keys?: readonly string[];
  readonly diffs?: readonly string[];
  readonly detailedDiff?: {
    readonly [path: string]: { diffKind: string; inputDiff: boolean };
  } | null;
}

export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly resOutputsEvent?: { readonly metadata: Metadata };
  readonly resOpFailedEvent?: { readonly metadata: Metadata };
  readonly summaryEvent?: { readonly resourceChanges: { readonly [op: string]: number } };
  readonly diagnosticEvent?: {
    readonly severity: string;
    readonly ephemeral?: boolean;
    readonly message: string;
    readonly urn?: string;
  };
}

export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly outcome: "done" | "failed" | "none";
  /** What the refresh of a resource came to. */
  readonly became?: string;
  readonly keys?: readonly string[];
  readonly diffs?: readonly string[];
  readonly detailedDiff?: { readonly [path: string]: string };
  /** Places in the log, to tell whether one thing ended before another began. */
  readonly began: number;
  readonly ended: number;
}

export function readEvents(path: string): EngineEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
}

export function stepsOf(events: readonly EngineEvent[]): Step[] {
  const steps: Step[] = [];
  const open = new Map<string, number[]>();
  events.forEach((event, place) => {
    const begun = event.resourcePreEvent?.metadata;
    if (begun) {
      open.set(begun.urn, [...(open.get(begun.urn) ?? []), steps.length]);
      steps.push({ ...described(begun), outcome: "none", began: place, ended: Infinity });
      return;
    }
    const ended = event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    // What the program registers as outputs of a component ends no step.
    const at = ended && open.get(ended.urn)?.shift();
    if (at === undefined) return;
    const step = steps[at]!;
    steps[at] = {
      ...step,
      ...(step.op === "refresh" ? { became: ended!.op, ...details(ended!) } : {}),
      outcome: event.resOpFailedEvent ? "failed" : "done",
      ended: place,
    };
  });
  return steps;
}

const described = (m: Metadata): Omit<Step, "outcome" | "began" | "ended"> => ({
  op: m.op,
  urn: m.urn,
  ...details(m),
});

function details(m: Metadata): Pick<Step, "keys" | "diffs" | "detailedDiff"> {
  const paths = Object.entries(m.detailedDiff ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(m.keys?.length ? { keys: [...m.keys].sort() } : {}),
    ...(m.diffs?.length ? { diffs: [...m.diffs].sort() } : {}),
    ...(paths.length > 0
      ? {
          detailedDiff: Object.fromEntries(
            paths.map(([path, d]) => [path, d.inputDiff ? `${d.diffKind} (input)` : d.diffKind]),
          ),
        }
      : {}),
  };
}

/** Steps without their places in time: independent ones may come in any order. */
export function unordered(steps: readonly Step[]): Omit<Step, "began" | "ended">[] {
  const key = (s: object): string => JSON.stringify(s);
  return steps
    .map(({ began: _, ended: __, ...step }) => step)
    .sort((a, b) => a.urn.localeCompare(b.urn) || (key(a) < key(b) ? -1 : 1));
}

export const changesOf = (events: readonly EngineEvent[]): { [op: string]: number } | undefined => {
  const summary = events.find((e) => e.summaryEvent)?.summaryEvent;
  if (!summary) return undefined;
  return Object.fromEntries(
    Object.entries(summary.resourceChanges)
      .filter(([, count]) => count > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

interface Linked {
  readonly urn: string;
  readonly dependencies?: readonly string[];
  readonly parent?: string;
}

/** Steps that began before what they stand on was done, or deletions of what others still stood on. */
export function outOfOrder(steps: readonly Step[], resources: readonly Linked[]): string[] {
  const makes = new Set(["create", "update", "create-replacement", "same"]);
  const removes = new Set(["delete", "delete-replaced"]);
  const wrong: string[] = [];
  for (const { urn, dependencies = [] } of resources)
    for (const below of dependencies) {
      const made = (s: Step, name: string): boolean => s.urn === name && makes.has(s.op);
      const upper = steps.find((s) => made(s, urn));
      const lower = steps.find((s) => made(s, below));
      if (upper && lower && upper.began < lower.ended)
        wrong.push(`${upper.op} of ${urn} began before the ${lower.op} of ${below} was done`);
      const gone = steps.find((s) => s.urn === urn && removes.has(s.op));
      const alsoGone = steps.find((s) => s.urn === below && removes.has(s.op));
      if (gone && alsoGone && alsoGone.began < gone.ended)
        wrong.push(`${alsoGone.op} of ${below} began before the ${gone.op} of ${urn} was done`);
    }
  return wrong;
}
