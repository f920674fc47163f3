/** What a step changes: the provider's call, and the state before and after it. */
import { randomUUID } from "node:crypto";
import type { Provider } from "../provider.ts";
import type { PendingOperation } from "../state/checkpoint.ts";
import { UNKNOWN_WIRE } from "../values/wire.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { withErrorHooks } from "./hooks.ts";
import type { Resource } from "./resource.ts";
import { changedInState } from "./snapshot.ts";
import { providerOutputs } from "./registry.ts";
import type { Step } from "./step.ts";
import { isProviderType } from "./urn.ts";

export async function same(
  context: DeploymentContext,
  old: Resource,
  now: Resource,
): Promise<void> {
  now.id = old.id;
  now.outputs = old.outputs;
  now.created = old.created;
  now.modified = old.modified;
  if (isProviderType(now.type)) context.registry.add({ ...now, inputs: old.inputs });
  await context.snapshot.replace(old, now, changedInState(old, now));
}

export async function create(
  context: DeploymentContext,
  step: Step,
  release: () => void,
): Promise<void> {
  const now = step.now!;
  const old = step.old;
  const { preview } = context.options;
  const stamp = (): void => {
    now.created = now.modified = new Date().toISOString();
  };
  // A resource that replaces a marked one takes its place in state; one made before the old is deleted stands beside it.
  const place = async (): Promise<void> => {
    if (old && step.deleteOldLater) old.delete = true;
    await context.snapshot.replace(step.deleteOldLater ? undefined : old, now);
  };
  if (isProviderType(now.type)) {
    now.id = preview ? UNKNOWN_WIRE : randomUUID();
    now.outputs = providerOutputs(now.inputs);
    stamp();
    context.registry.add(now);
    return place();
  }
  if (!now.custom) {
    stamp();
    return place();
  }
  const provider = await providerOf(context, now.provider);
  const pending = await begin(context, provider, now, "creating");
  try {
    const made = await withErrorHooks(context, "create", undefined, now, () =>
      calls.create(provider, now, preview, context),
    );
    release();
    now.id = made.id;
    now.outputs = made.outputs;
    stamp();
    context.snapshot.end(pending);
    await place();
  } catch (error) {
    // What such a creation left behind is for the next run to find, so the note of it stays.
    if (!(error instanceof calls.Uncertain)) context.snapshot.end(pending);
    if (error instanceof calls.PartialFailure) {
      now.id = error.id;
      now.outputs = calls.sealOutputs(provider, now, error.outputs);
      now.initErrors = [...error.reasons];
      stamp();
      await place();
    } else if (!preview) await context.snapshot.persist().catch(() => {});
    throw error;
  }
}

export async function update(
  context: DeploymentContext,
  old: Resource,
  now: Resource,
  release: () => void,
): Promise<void> {
  now.id = old.id;
  now.created = old.created;
  const stamp = (): void => {
    now.modified = new Date().toISOString();
  };
  if (isProviderType(now.type)) {
    now.outputs = providerOutputs(now.inputs);
    stamp();
    context.registry.add(now);
    return context.snapshot.replace(old, now);
  }
  if (!now.custom) {
    now.outputs = old.outputs;
    stamp();
    return context.snapshot.replace(old, now);
  }
  const provider = await providerOf(context, now.provider);
  const pending = await begin(context, provider, now, "updating");
  try {
    const ignore = context.goals.get(now.urn)?.ignoreChanges;
    now.outputs = await withErrorHooks(context, "update", old, now, () =>
      calls.update(provider, old, now, context.options.preview, context, ignore),
    );
    release();
    stamp();
    context.snapshot.end(pending);
    await context.snapshot.replace(old, now);
  } catch (error) {
    context.snapshot.end(pending);
    if (error instanceof calls.PartialFailure) {
      now.outputs = calls.sealOutputs(provider, now, error.outputs);
      // The object did not become what it was asked to be, so the next run asks again.
      now.inputs = old.inputs;
      now.initErrors = [...error.reasons];
      stamp();
      await context.snapshot.replace(old, now);
    } else if (!context.options.preview) await context.snapshot.persist().catch(() => {});
    throw error;
  }
}

export async function remove(
  context: DeploymentContext,
  step: Step,
  release: () => void,
): Promise<void> {
  const old = step.old!;
  const withAnother = old.deletedWith !== undefined && context.deleted.has(old.deletedWith);
  const real =
    old.custom &&
    !isProviderType(old.type) &&
    !old.external &&
    !old.retainOnDelete &&
    !withAnother &&
    // Deleted by an earlier run already: by now its name may be that of what took its place.
    !old.pendingReplacement &&
    !context.options.preview;
  if (real) {
    const provider = await context.registry.configured(context.ensureProvider(old.provider));
    const pending = await begin(context, provider, old, "deleting");
    try {
      await withErrorHooks(context, "delete", old, undefined, () =>
        calls.remove(provider, old, context),
      );
    } catch (error) {
      context.snapshot.end(pending);
      await context.snapshot.persist().catch(() => {});
      throw error;
    }
    context.snapshot.end(pending);
    release();
  }
  if (step.keepMarker) {
    old.pendingReplacement = true;
    await context.snapshot.persist();
  } else await context.snapshot.remove(old);
}

/** What has no object outside of the state cannot be left behind, and needs no note. */
function begin(
  context: DeploymentContext,
  provider: Provider,
  r: Resource,
  type: PendingOperation["type"],
): Promise<PendingOperation> | undefined {
  if (context.options.preview || provider.onlyInState) return undefined;
  // When it began, so that what an interrupted run left behind is told from what was there before.
  const noted = type === "creating" ? { ...r, modified: new Date().toISOString() } : r;
  return context.snapshot.begin(noted, type);
}

function providerOf(context: DeploymentContext, reference: string): Promise<Provider> {
  return context.options.preview
    ? context.registry.unconfigured(reference)
    : context.registry.configured(reference);
}
