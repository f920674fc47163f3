/** Refresh: state becomes what the real objects are. */
import { PartialFailure, type Provider } from "../provider.ts";
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
      const { inputs = calls.plainInputs(was), outputs, reasons } = error;
      const seen = calls.sealRead(provider, was, { id: was.id, inputs, outputs });
      now = { ...was, ...seen, initErrors: [...reasons] };
    }
    const isSame = now === was || (now && !(await wouldComeBack(context, provider, was, now)));
    const result: Op = now === undefined ? "delete" : isSame ? "same" : "update";
    const op = alone ? result : "refresh";
    context.emit({ kind: "done", op, urn, type, seconds: seconds(), ...(now ? { now } : {}) });
    return now;
  });
}

/**
 * A difference is worth telling when an `up` of the same program would undo it, so the provider says; what the object says of
 * itself beside that, such as the addresses of a container that has ended, is only noted. An object that the stack merely looks at
 * has no inputs that could differ.
 */
async function wouldComeBack(
  context: DeploymentContext,
  provider: Provider,
  was: Resource,
  now: Resource,
): Promise<boolean> {
  if (was.external) return !equal(was.outputs, now.outputs);
  const diff = await calls.diff(
    provider,
    now,
    was.type,
    was.inputs,
    was.ignoreChanges ?? [],
    context,
  );
  return diff.changed.length > 0 || diff.replaced.length > 0;
}
