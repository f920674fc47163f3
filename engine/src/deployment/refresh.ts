/** Refresh: state becomes what the real objects are. */
import { PartialFailure, type ChangeKind, type Diff, type Provider } from "../provider.ts";
import { equal } from "../values/property.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import type { Op } from "./events.ts";
import type { Resource } from "./resource.ts";
import { isProviderType } from "./urn.ts";

export interface RefreshResult {
  readonly was: Resource;
  /** Undefined when the object is gone. */
  readonly now: Resource | undefined;
}

const refreshable = (r: Resource): boolean =>
  r.custom && !isProviderType(r.type) && !r.pendingReplacement && !r.delete;

/** Reads everything side by side; the state that results is returned in the old order. */
export async function refreshAll(
  context: DeploymentContext,
  alone: boolean,
): Promise<RefreshResult[]> {
  return Promise.all(
    context.found.map(async (was) => ({
      was,
      now: context.scope.includes(was) ? await refreshOne(context, was, alone) : was,
    })),
  );
}

async function refreshOne(
  context: DeploymentContext,
  was: Resource,
  alone: boolean,
): Promise<Resource | undefined> {
  const { urn, type } = was;
  return context.limited(async () => {
    if (context.stopped) return was;
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    context.emit({ kind: "start", op: "refresh", urn, type, old: was, now: was });
    // Components and providers are what the program says they are.
    if (!refreshable(was)) {
      const op: Op = alone ? "same" : "refresh";
      context.emit({ kind: "done", op, urn, type, seconds: seconds(), now: was });
      return was;
    }
    let now: Resource | undefined;
    let provider: Provider | undefined;
    try {
      provider = await context.registry.configured(context.ensureProvider(was.provider));
      const found = await calls.read(provider, was, context);
      now = found && { ...was, ...found, initErrors: [] };
      if (now && equal(now.outputs, was.outputs) && equal(now.inputs, was.inputs)) now = was;
      if (now && now !== was) now.modified = new Date().toISOString();
    } catch (error) {
      if (!(error instanceof PartialFailure) || !provider) {
        context.fail(urn, `refreshing failed: ${calls.messageOf(error)}`);
        context.emit({ kind: "failed", op: "refresh", urn, type, seconds: seconds() });
        return was;
      }
      const { inputs = calls.shown(provider, was.inputs), outputs, reasons } = error;
      const seen = calls.sealRead(provider, was, { id: was.id, inputs, outputs });
      now = { ...was, ...seen, initErrors: [...reasons] };
    }
    const undone = now && now !== was ? await undoing(context, provider, was, now) : undefined;
    const isSame = now === was || undone === "nothing";
    const result: Op = now === undefined ? "delete" : isSame ? "same" : "update";
    const op = alone ? result : "refresh";
    const diff = typeof undone === "object" ? { diff: inverted(undone) } : {};
    const after = now ? { now, ...diff } : {};
    context.emit({ kind: "done", op, urn, type, seconds: seconds(), ...after });
    return now;
  });
}

/**
 * What an `up` of the same program would undo: that is a difference worth telling, so the provider says; what the object says of
 * itself beside that, such as the addresses of a container that has ended, is only noted. An object that the stack merely looks at
 * has no inputs that could differ.
 */
async function undoing(
  context: DeploymentContext,
  provider: Provider,
  was: Resource,
  now: Resource,
): Promise<Diff | "nothing" | "something"> {
  if (was.external) return equal(was.outputs, now.outputs) ? "nothing" : "something";
  const diff = await calls.diff(
    provider,
    now,
    was.type,
    was.inputs,
    was.ignoreChanges ?? [],
    context,
  );
  const differs = diff.differs || diff.changed.length > 0 || diff.replaced.length > 0;
  return differs ? diff : "nothing";
}

/** What the object has become, from what an `up` would do about it. */
export function inverted(diff: Diff): Diff {
  const opposite = (kind: ChangeKind): ChangeKind => {
    const [what, replace] = kind.split("-");
    const turned = what === "add" ? "delete" : what === "delete" ? "add" : what;
    return (replace ? `${turned}-replace` : turned) as ChangeKind;
  };
  if (!diff.detailed) return diff;
  const detailed = Object.entries(diff.detailed).map(([path, kind]) => [path, opposite(kind)]);
  return { ...diff, detailed: Object.fromEntries(detailed) as NonNullable<Diff["detailed"]> };
}

/** As the CLI leaves them after a refresh: what is gone is no dependency, and a property without one is not noted. */
export function withoutDangling(resources: readonly Resource[]): Resource[] {
  const present = new Set(resources.map((r) => r.urn));
  return resources.map((r) => {
    const entries = Object.entries(r.propertyDependencies);
    if (entries.every(([, urns]) => urns.length > 0 && urns.every((urn) => present.has(urn))))
      return r;
    const kept = entries
      .map(([key, urns]) => [key, urns.filter((urn) => present.has(urn))] as const)
      .filter(([, urns]) => urns.length > 0);
    return { ...r, propertyDependencies: Object.fromEntries(kept) };
  });
}
