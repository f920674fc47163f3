/** Runs one step: the provider call, the state before and after it, the events around it. */
import { randomUUID } from "node:crypto";
import type { Diff, Provider } from "../provider.ts";
import type { PendingOperation } from "../state/checkpoint.ts";
import { UNKNOWN_WIRE } from "../values/wire.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import type { Op } from "./events.ts";
import type { Resource } from "./resource.ts";
import { changedInState } from "./snapshot.ts";
import { providerOutputs } from "./registry.ts";
import { isProviderType } from "./urn.ts";

export interface Step {
  readonly op: Op;
  readonly urn: string;
  readonly old?: Resource;
  readonly now?: Resource;
  readonly diff?: Diff;
  /** Of what is deleted for another's sake: the properties that made it go. */
  readonly keys?: readonly string[];
  /** Create before delete: the old one stays in state, marked, until the end of the run. */
  readonly deleteOldLater?: boolean;
  /** Delete before replace: the old one stays in state as "to be replaced" until the new one is there. */
  readonly keepMarker?: boolean;
}

const typeOf = (step: Step): string => (step.now ?? step.old)!.type;

/** True when the step succeeded. Failures are shown and stop the deployment; they do not throw. */
export async function runStep(context: DeploymentContext, step: Step): Promise<boolean> {
  const { op, urn } = step;
  const type = typeOf(step);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  context.emit({ kind: "start", op, urn, type, old: step.old, now: step.now, diff: step.diff });
  try {
    await act(context, step);
  } catch (error) {
    context.fail(urn, `${VERB[op] ?? op} failed: ${calls.messageOf(error)}`);
    context.emit({ kind: "failed", op, urn, type, seconds: seconds() });
    return false;
  }
  context.emit({ kind: "done", op, urn, type, seconds: seconds(), now: step.now });
  return true;
}

const VERB: Partial<Record<Op, string>> = {
  create: "creating",
  "create-replacement": "creating the replacement",
  update: "updating",
  delete: "deleting",
  "delete-replaced": "deleting the replaced resource",
};

function act(context: DeploymentContext, step: Step): Promise<void> {
  switch (step.op) {
    case "same":
      return same(context, step.old!, step.now!);
    case "create":
    case "create-replacement":
      return create(context, step);
    case "update":
      return update(context, step.old!, step.now!);
    case "delete":
    case "delete-replaced":
    case "discard-replaced":
      return remove(context, step);
    default:
      return Promise.resolve();
  }
}

async function same(context: DeploymentContext, old: Resource, now: Resource): Promise<void> {
  now.id = old.id;
  now.outputs = old.outputs;
  now.created = old.created;
  now.modified = old.modified;
  if (isProviderType(now.type)) context.registry.add({ ...now, inputs: old.inputs });
  await context.snapshot.replace(old, now, changedInState(old, now));
}

async function create(context: DeploymentContext, step: Step): Promise<void> {
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
  const pending = await begin(context, now, "creating");
  try {
    const made = await calls.create(provider, now, preview, context);
    now.id = made.id;
    now.outputs = made.outputs;
    stamp();
    context.snapshot.end(pending);
    await place();
  } catch (error) {
    // What an interrupted creation left behind is for the next run to find, so the note of it stays.
    if (!(error instanceof calls.Interrupted)) context.snapshot.end(pending);
    if (error instanceof calls.PartialFailure) {
      now.id = error.id;
      now.outputs = calls.sealOutputs(provider, now, error.outputs);
      now.initErrors = [...error.reasons];
      stamp();
      await place();
    } else if (!preview) await context.snapshot.persist();
    throw error;
  }
}

async function update(context: DeploymentContext, old: Resource, now: Resource): Promise<void> {
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
  const pending = await begin(context, now, "updating");
  try {
    const ignore = context.goals.get(now.urn)?.ignoreChanges;
    now.outputs = await calls.update(provider, old, now, context.options.preview, context, ignore);
    stamp();
    context.snapshot.end(pending);
    await context.snapshot.replace(old, now);
  } catch (error) {
    context.snapshot.end(pending);
    if (error instanceof calls.PartialFailure) {
      now.outputs = calls.sealOutputs(provider, now, error.outputs);
      now.initErrors = [...error.reasons];
      stamp();
      await context.snapshot.replace(old, now);
    } else if (!context.options.preview) await context.snapshot.persist();
    throw error;
  }
}

async function remove(context: DeploymentContext, step: Step): Promise<void> {
  const old = step.old!;
  const withAnother = old.deletedWith !== undefined && context.deleted.has(old.deletedWith);
  const real =
    step.op !== "discard-replaced" &&
    old.custom &&
    !isProviderType(old.type) &&
    !old.external &&
    !old.retainOnDelete &&
    !withAnother &&
    !context.options.preview;
  if (real) {
    const provider = await context.registry.configured(context.ensureProvider(old.provider));
    const pending = await begin(context, old, "deleting");
    try {
      await calls.remove(provider, old, context);
    } catch (error) {
      context.snapshot.end(pending);
      await context.snapshot.persist();
      throw error;
    }
    context.snapshot.end(pending);
  }
  if (step.keepMarker) {
    old.pendingReplacement = true;
    await context.snapshot.persist();
  } else await context.snapshot.remove(old);
}

function begin(
  context: DeploymentContext,
  r: Resource,
  type: PendingOperation["type"],
): Promise<PendingOperation> | undefined {
  if (context.options.preview) return undefined;
  // When it began, so that what an interrupted run left behind is told from what was there before.
  const noted = type === "creating" ? { ...r, modified: new Date().toISOString() } : r;
  return context.snapshot.begin(noted, type);
}

function providerOf(context: DeploymentContext, reference: string): Promise<Provider> {
  return context.options.preview
    ? context.registry.unconfigured(reference)
    : context.registry.configured(reference);
}
