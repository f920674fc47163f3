/** The dependency graph of a state, for what must go before what, and for running it as parallel as it allows. */
import { references } from "./integrity.ts";
import type { Resource } from "./resource.ts";

/** Resources that depend on `root` directly or through others, in the order of the state. Children do not count. */
export function dependantsOf(
  root: Resource,
  resources: readonly Resource[],
  ignore: ReadonlySet<string> = new Set(),
): Resource[] {
  const reached = new Set([root.urn]);
  const out: Resource[] = [];
  for (const r of resources) {
    if (r === root || ignore.has(r.urn)) continue;
    const direct = new Set(references(r));
    if (r.parent && !r.dependencies.includes(r.parent)) direct.delete(r.parent);
    if ([...direct].some((urn) => reached.has(urn))) {
      reached.add(r.urn);
      out.push(r);
    }
  }
  return out;
}

/** For each resource to delete, those that must be gone before it: its children and all that refer to it. */
export function deleteOrder(resources: readonly Resource[]): Map<Resource, Resource[]> {
  const byUrn = new Map<string, Resource[]>();
  for (const r of resources) byUrn.set(r.urn, [...(byUrn.get(r.urn) ?? []), r]);
  const waitsFor = new Map<Resource, Resource[]>(resources.map((r) => [r, []]));
  for (const r of resources)
    for (const urn of references(r))
      for (const target of byUrn.get(urn) ?? [])
        // An old generation never holds up the new one that took its name.
        if (target !== r && !(r.delete && !target.delete)) waitsFor.get(target)!.push(r);
  return waitsFor;
}

/**
 * Runs `act` on every node once all it waits for are done. A node whose predecessor failed or was skipped is skipped.
 * Resolves when nothing runs any more, to the set of nodes that were done.
 */
export async function runGraph<T>(
  waitsFor: ReadonlyMap<T, readonly T[]>,
  act: (node: T) => Promise<boolean>,
): Promise<Set<T>> {
  const done = new Set<T>();
  const runs = new Map<T, Promise<void>>();
  const run = (node: T): Promise<void> => {
    let mine = runs.get(node);
    if (!mine) {
      mine = (async () => {
        const before = waitsFor.get(node) ?? [];
        await Promise.all(before.map(run));
        if (before.every((n) => done.has(n)) && (await act(node))) done.add(node);
      })();
      runs.set(node, mine);
    }
    return mine;
  };
  refuseCycles(waitsFor);
  await Promise.all([...waitsFor.keys()].map(run));
  return done;
}

function refuseCycles<T>(waitsFor: ReadonlyMap<T, readonly T[]>): void {
  const state = new Map<T, "open" | "closed">();
  const visit = (node: T): void => {
    if (state.get(node) === "closed") return;
    if (state.get(node) === "open")
      throw new Error("the resources depend on each other in a circle");
    state.set(node, "open");
    for (const next of waitsFor.get(node) ?? []) visit(next);
    state.set(node, "closed");
  };
  for (const node of waitsFor.keys()) visit(node);
}

/** Work may give its place back before it ends, when what is left of it needs none. */
export type Limited = <T>(work: (release: () => void) => Promise<T>) => Promise<T>;

/** At most `limit` at a time; others wait in order. */
export function limiter(limit: number): Limited {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next) next();
      else free++;
    };
    try {
      return await work(release);
    } finally {
      release();
    }
  };
}

/** One at a time, in the order asked. */
export function serializer(): <T>(work: () => Promise<T>) => Promise<T> {
  return limiter(1);
}
