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
export async function refreshAll(context: DeploymentContext): Promise<RefreshResult[]> {
  return Promise.all(
    context.found.map(async (was) =>
      refreshable(was) && context.scope.includes(was)
        ? { was, now: await refreshOne(context, was) }
        : { was, now: untouched(context, was) },
    ),
  );
}

/** Components and providers are what the program says they are; they count as unchanged. */
function untouched(context: DeploymentContext, was: Resource): Resource {
  const { urn, type } = was;
  context.emit({ kind: "done", op: "same", urn, type, seconds: 0, now: was });
  return was;
}

async function refreshOne(
  context: DeploymentContext,
  was: Resource,
): Promise<Resource | undefined> {
  const { urn, type } = was;
  return context.limited(async () => {
    if (context.stopped) return was;
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    context.emit({ kind: "start", op: "refresh", urn, type, old: was, now: was });
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
    const op: Op = now === undefined ? "delete" : now === was ? "same" : "update";
    const shown = now ?? was;
    context.emit({
      kind: "start",
      op,
      urn,
      type,
      old: was,
      now: shown,
      diff: { changed: changedKeys(was, shown), replaced: [] },
    });
    context.emit({ kind: "done", op, urn, type, seconds: seconds(), now: shown });
    return now;
  });
}

function changedKeys(was: Resource, now: Resource): string[] {
  const keys = new Set([...Object.keys(was.outputs), ...Object.keys(now.outputs)]);
  return [...keys].filter((key) => !equal(was.outputs[key], now.outputs[key]));
}
