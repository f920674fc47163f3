/** Turns a registration into the steps that make it true. Runs one registration at a time; the steps run side by side. */
import type { Diff, Provider } from "../provider.ts";
import { EngineError } from "../errors.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import {
  NO_DIFF,
  cannotReplace,
  componentDiff,
  decide,
  ignoreChanges,
  protectedFromReplace,
  replaceOnChanges,
  triggerFired,
} from "./decide.ts";
import { dependentReplacements } from "./replacements.ts";
import { newResource, type Goal, type Resource } from "./resource.ts";
import type { Step } from "./steps.ts";
import { isProviderType, makeUrn, qualifiedType, STACK_TYPE, urnType } from "./urn.ts";
import { providerDiff } from "./registry.ts";

export interface Planned {
  readonly steps: Step[];
  readonly now: Resource;
  /** The resource was not created since it is not a target: its outputs are unknown. */
  readonly unknown: boolean;
}

export async function plan(context: DeploymentContext, goal: Goal): Promise<Planned> {
  const urn = claimUrn(context, goal);
  const { old, alias } = context.aliases.find(urn, goal, context.olds, context.seen);
  const now = newResource(urn, goal, old);
  if (alias !== undefined) now.aliases = [alias];
  if (old?.rest) now.rest = old.rest;
  context.goals.set(urn, goal);

  const recreating = context.deleted.has(urn) && old !== undefined;
  const targeted = context.targets.includes(urn);
  const provider =
    goal.custom && !isProviderType(goal.type)
      ? await context.registry.unconfigured(goal.provider)
      : undefined;
  if (targeted) {
    refuseSkippedDependencies(context, now);
    await checkInputs(context, provider, now, goal, recreating ? undefined : old);
    await context.analyze?.(now, goal);
  }

  const forced = old !== undefined && !recreating && isForced(context, old, now, goal);
  const compare = old !== undefined && targeted && !recreating && !old.external && !forced;
  const diff = compare ? await difference(context, provider, old, now, goal) : NO_DIFF;
  const decision = decide({ old, goal, diff, recreating, targeted, forced });
  const shown = forced && diff.changed.length === 0 ? forcedDiff(old!, now) : diff;
  const step = (op: Step["op"], extra: Partial<Step> = {}): Step => ({
    op,
    urn,
    now,
    ...(old ? { old } : {}),
    diff: shown,
    ...extra,
  });
  const done = (steps: Step[]): Planned => {
    context.operated.add(urn);
    if (old) context.operated.add(old.urn);
    return { steps, now, unknown: decision === "skip-create" };
  };

  switch (decision) {
    case "recreate":
      context.deleted.delete(urn);
      context.replaced.add(urn);
      return done([step("replace"), step("create-replacement")]);
    case "take-over":
      return done([step("create-replacement", { deleteOldLater: true }), step("replace")]);
    case "create":
      if (goal.importId) throw new EngineError(unsupportedImport(urn));
      return done([step("create")]);
    case "skip-create":
      context.skippedCreates.add(urn);
      return done([]);
    case "keep":
      // An untargeted resource stays exactly as state has it, whatever the program says now.
      return done([step("same", { now: Object.assign(now, old, { urn }) })]);
    case "same":
      return done([step("same")]);
    case "update":
      return done([step("update")]);
    case "replace-create-first":
    case "replace-delete-first":
      break;
  }
  if (protectedFromReplace(old!, goal)) {
    context.fail(urn, cannotReplace(urn));
    if (!context.options.preview) throw new EngineError(cannotReplace(urn));
  }
  context.replaced.add(urn);
  // What was carried over from the old resource, such as its automatic name, must not be: it is made anew.
  await checkInputs(context, provider, now, goal, undefined);
  if (decision === "replace-create-first")
    return done([step("create-replacement", { deleteOldLater: true }), step("replace")]);

  const ahead: Step[] = [];
  for (const condemned of (await dependentReplacements(context, old!)).reverse()) {
    if (context.condemned.has(condemned)) continue;
    if (condemned.protect) throw new EngineError(cannotReplace(condemned.urn));
    context.condemned.add(condemned);
    context.deleted.add(condemned.urn);
    ahead.push({ op: "delete-replaced", urn: condemned.urn, old: condemned, keepMarker: true });
  }
  if (!old!.pendingReplacement)
    ahead.push({ op: "delete-replaced", urn: old!.urn, old: old!, keepMarker: true });
  return done([...ahead, step("replace"), step("create-replacement")]);
}

function claimUrn(context: DeploymentContext, goal: Goal): string {
  if (goal.parent && !context.seen.has(goal.parent))
    throw new EngineError(`could not find parent resource ${goal.parent}`);
  const urn = makeUrn(context.options.place, goal.parent, goal.type, goal.name);
  if (context.seen.has(urn))
    throw new EngineError(`Duplicate resource URN '${urn}'; try giving it a unique name`);
  if (qualifiedType(urn) === STACK_TYPE && goal.parent)
    throw new EngineError(`${urn}: a stack has no parent`);
  context.seen.add(urn);
  return urn;
}

const unsupportedImport = (urn: string): string =>
  `resource ${urn}: the option import is not supported by the offline engine; import it with the Pulumi CLI, ` +
  "whose state this engine then takes over";

async function checkInputs(
  context: DeploymentContext,
  provider: Provider | undefined,
  now: Resource,
  goal: Goal,
  old: Resource | undefined,
): Promise<void> {
  const usable = old && !old.external ? old : undefined;
  now.inputs = usable ? ignoreChanges(goal.inputs, usable.inputs, goal.ignoreChanges) : goal.inputs;
  if (!provider) return;
  const { inputs, failures } = await calls.check(
    provider,
    now,
    usable?.inputs,
    now.inputs,
    context.seedFor(now.urn),
    context,
  );
  for (const { property, reason } of failures)
    context.fail(
      now.urn,
      property
        ? `${now.type} resource '${goal.name}': property ${property} value has a problem: ${reason}`
        : `${now.type} resource '${goal.name}' has a problem: ${reason}`,
    );
  if (failures.length > 0) throw new EngineError(`resource ${now.urn} is invalid`);
  now.inputs = inputs;
}

async function difference(
  context: DeploymentContext,
  provider: Provider | undefined,
  old: Resource,
  now: Resource,
  goal: Goal,
): Promise<Diff> {
  let diff: Diff;
  if (isProviderType(urnType(now.urn))) diff = providerDiff(old.inputs, now.inputs);
  else if (!provider) diff = componentDiff(old.inputs, now.inputs);
  else diff = await calls.diff(provider, old, now.type, now.inputs, goal.ignoreChanges, context);
  return replaceOnChanges(diff, goal.replaceOnChanges);
}

/** Replaced for another reason than its properties. */
function isForced(context: DeploymentContext, old: Resource, now: Resource, goal: Goal): boolean {
  if (!goal.custom && !old.custom) return false;
  return (
    old.taint === true ||
    triggerFired(old, goal) ||
    goal.replaceWith.some((urn) => context.replaced.has(urn)) ||
    (goal.deletedWith !== "" && context.replaced.has(goal.deletedWith)) ||
    (old.provider === "") !== (now.provider === "")
  );
}

function forcedDiff(old: Resource, now: Resource): Diff {
  const key = now.deletedWith ? "deletedWith" : old.taint ? "taint" : "replaceWith";
  return { changed: [key], replaced: [key] };
}

function refuseSkippedDependencies(context: DeploymentContext, now: Resource): void {
  for (const urn of now.dependencies)
    if (context.skippedCreates.has(urn))
      throw new EngineError(
        `Resource '${now.urn}' depends on '${urn}' which was was not specified in --target list.`,
      );
}
