/** The live object as a state, and whether it is ready. */
import { type Call, type PropertyMap } from "../../provider.ts";
import { readNow } from "./await/run.ts";
import { readingOf } from "./await/rules.ts";
import { isNotFound, NoMatch } from "./errors.ts";
import { groupVersion, isPatch, kindOfObject, kindOfToken } from "./kinds.ts";
import { normalizeInputs, prune } from "./normalize.ts";
import { kindOf, namespaceOf, nameOf, parseId, withAt, withoutAt } from "./objects.ts";
import { factsOf, fieldManagerOf, messageOf, partial, type Place } from "./readiness.ts";
import {
  checkpoint,
  fromProperties,
  initialApiVersion,
  parseCheckpoint,
  toProperties,
} from "./state.ts";

/** Metadata that the server alone writes. */
const servers: readonly (readonly string[])[] = [
  ["creationTimestamp"],
  ["generation"],
  ["managedFields"],
  ["resourceVersion"],
  ["uid"],
  ["annotations", "deployment.kubernetes.io/revision"],
  ["annotations", "kubectl.kubernetes.io/last-applied-configuration"],
].map((path) => ["metadata", ...path]);

export async function read(
  place: Place,
  call: Call & { readonly id: string },
  properties: PropertyMap,
  outputs: PropertyMap,
): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap } | undefined> {
  const { namespace, name } = parseId(call.id);
  const { live: old } = parseCheckpoint(outputs);
  let inputs = normalizeInputs(fromProperties(properties));
  const isNew = !kindOf(inputs) && !kindOf(old);
  if (!kindOf(inputs)) {
    const kind = kindOf(old) ? kindOfObject(old) : kindOfToken(call.type);
    inputs = { ...inputs, apiVersion: groupVersion(kind), kind: baseKind(call.type, kind.kind) };
    if (!nameOf(inputs)) inputs = withAt(inputs, ["metadata", "name"], name);
    if (!namespaceOf(inputs) && namespace)
      inputs = withAt(inputs, ["metadata", "namespace"], namespace);
  }
  let live: PropertyMap;
  try {
    live = await place.cluster.get(kindOfObject(inputs), namespaceOf(inputs), name, call.signal);
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatch) return undefined;
    throw error;
  }
  const manager = fieldManagerOf(inputs, outputs);
  const answer = (now: PropertyMap) => {
    const seen = isNew ? importedInputs(now, inputs) : prune(now, inputs);
    return {
      id: call.id,
      inputs: toProperties(seen),
      outputs: checkpoint(seen, now, initialApiVersion(outputs, inputs), manager),
    };
  };
  if (isNew) return answer(live);
  const aim = { object: live, log: () => undefined };
  const waiting = await readingOf(inputs, aim, factsOf(place.cluster, call));
  try {
    if (waiting) await readNow(call, place.cluster, waiting);
    return answer(live);
  } catch (error) {
    const { inputs: seen, outputs: state } = answer(live);
    throw partial(messageOf(error), error, call.id, state, seen);
  }
}

const baseKind = (token: string, kind: string): string =>
  /Patch$/.test(kind) && isPatch(token, kind.slice(0, -"Patch".length))
    ? kind.slice(0, -"Patch".length)
    : kind;

/** Of an object that no program has described yet, all that a program could say. */
function importedInputs(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const { status: _, ...rest } = live;
  const all = { ...prune(live, inputs), ...rest };
  return servers.reduce<PropertyMap>((object, path) => withoutAt(object, path), all);
}
