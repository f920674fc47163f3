/** Objects that exist already: looked at (`Resource.get`), or taken into the state (the option `import`). */
import { equal } from "../values/property.ts";
import { UNKNOWN_WIRE } from "../values/wire.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { NO_DIFF } from "./rules.ts";
import { newResource, type Goal, type Resource } from "./resource.ts";
import type { Step } from "./step.ts";

/** What is read belongs to somebody else. One that the stack owned under another id goes at the end of the run. */
export function planRead(
  context: DeploymentContext,
  goal: Goal,
  id: string,
): { steps: Step[]; now: Resource } {
  const urn = context.claimUrn(goal);
  const { old, alias } = context.aliases.find(urn, goal, context.olds, context.seen);
  const now: Resource = {
    urn,
    custom: true,
    id,
    type: goal.type,
    inputs: goal.inputs,
    outputs: {},
    parent: goal.parent,
    external: true,
    dependencies: goal.dependencies,
    provider: goal.provider,
    propertyDependencies: {},
    additionalSecretOutputs: goal.additionalSecretOutputs,
    ...(alias !== undefined ? { aliases: [alias] } : {}),
    ...(goal.sourcePosition !== undefined ? { sourcePosition: goal.sourcePosition } : {}),
    created: old?.created,
    modified: old?.modified,
  };
  context.operated.add(urn);
  if (old) context.operated.add(old.urn);
  const own = { urn, now, ...(old ? { old } : {}) };
  if (!old || old.external || old.id === id) return { steps: [{ op: "read", ...own }], now };
  context.replaced.add(urn);
  return {
    steps: [
      { op: "read-replacement", ...own, deleteOldLater: true },
      { op: "replace", ...own, diff: NO_DIFF },
    ],
    now,
  };
}

/** Runs in previews too, unless the id is not known yet. */
export async function read(context: DeploymentContext, { old, now, op }: Step): Promise<void> {
  const r = now!;
  if (r.id !== UNKNOWN_WIRE) {
    const provider = await context.registry.configured(r.provider);
    const asked = r.id;
    const found = await calls.read(provider, { ...r, outputs: r.inputs }, context);
    if (!found) throw new Error(`resource '${asked}' does not exist`);
    r.id = found.id || asked;
    r.outputs = found.outputs;
  }
  const isNews = !old || !equal(old.outputs, r.outputs) || !equal(old.inputs, r.inputs);
  if (old && isNews) r.modified = new Date().toISOString();
  if (op === "read-replacement") {
    old!.delete = true;
    await context.snapshot.replace(undefined, r);
  } else await context.snapshot.replace(old, r, isNews || !old.external);
}

/** The steps that bring an object into the state as it is. What the program wants of it is compared after that. */
export function planImport(
  urn: string,
  goal: Goal,
  old: Resource | undefined,
): { steps: Step[]; imported: Resource } {
  const imported = newResource(urn, goal, undefined);
  const own = { urn, now: imported };
  if (!old) return { steps: [{ op: "import", ...own }], imported };
  const replaced = { ...own, old };
  return {
    steps: [
      { op: "import-replacement", ...replaced, deleteOldLater: true },
      { op: "replace", ...replaced, diff: NO_DIFF },
    ],
    imported,
  };
}

export async function importInto(
  context: DeploymentContext,
  { old, now, deleteOldLater }: Step,
): Promise<void> {
  const r = now!;
  const id = r.importID!;
  const provider = await context.registry.configured(r.provider);
  const found = await calls.read(provider, { ...r, id, inputs: {} }, context);
  if (!found) throw new Error(`resource '${id}' does not exist`);
  r.id = found.id || id;
  r.inputs = found.inputs;
  r.outputs = found.outputs;
  r.created = r.modified = new Date().toISOString();
  if (deleteOldLater) old!.delete = true;
  await context.snapshot.replace(undefined, r);
}
