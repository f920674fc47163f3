/** create, read, update and delete: each talks to the cluster, waits by the kind's rule, and answers with a state. */
import { type Call, type PropertyMap } from "../../provider.ts";
import { untilGone } from "./await/run.ts";
import { AlreadyExists, createObject, relinquish, updateObject, type How } from "./change.ts";
import {
  isDryRunRefused,
  isForbidden,
  isNamespaceMissing,
  isNotFound,
  NoMatch,
  NotReady,
  requiredField,
} from "./errors.ts";
import { groupVersion, isDefinition, isPatch, kindOfObject, kindOfToken } from "./kinds.ts";
import { DELETION_PROPAGATION, isTrue, SKIP_AWAIT } from "./naming.ts";
import { normalizeInputs } from "./normalize.ts";
import {
  annotationOf,
  hasUnknown,
  idOf,
  kindOf,
  namespaceOf,
  nameOf,
  parseId,
  textAt,
  withoutAt,
} from "./objects.ts";
import {
  awaitReady,
  fieldManagerOf,
  logOf,
  messageOf,
  partial,
  secondsFor,
  type Answer,
  type Place,
} from "./readiness.ts";
import { checkpoint, fromProperties, initialApiVersion, parseCheckpoint } from "./state.ts";

export async function create(
  place: Place,
  call: Call,
  properties: PropertyMap,
  isPreview: boolean,
): Promise<Answer> {
  const inputs = fromProperties(properties);
  const fieldManager = fieldManagerOf(inputs, {});
  const how: How = { ...place, call, fieldManager, isPreview };
  const answer = (live: PropertyMap): Answer => ({
    id: isPreview ? "" : idOf(live),
    outputs: checkpoint(inputs, live, textAt(inputs, "apiVersion"), fieldManager),
  });
  let made: PropertyMap;
  try {
    made = await createObject(how, inputs);
  } catch (error) {
    if (isPreview && isNoPreview(error)) return { id: "", outputs: properties };
    throw new Error(creationMessage(call, error), { cause: error });
  }
  // Nothing has a status in a preview, and programs must not read one.
  if (isPreview) return answer(withoutAt(made, ["status"]));
  try {
    const live = await awaitReady(place, call, inputs, made);
    if (isDefinition(inputs)) place.cluster.forget();
    return answer(live);
  } catch (error) {
    const live = error instanceof NotReady ? error.object : made;
    const why =
      `resource "${call.urn}" was successfully created, but the Kubernetes API server ` +
      `reported that it failed to fully initialize or become live: ${messageOf(error)}`;
    throw partial(why, error, idOf(live), answer(live).outputs);
  }
}

/** What cannot be tried is shown as the program wrote it. */
const isNoPreview = (error: unknown): boolean =>
  isForbidden(error) ||
  isDryRunRefused(error) ||
  isNamespaceMissing(error) ||
  error instanceof AlreadyExists;

function creationMessage(call: Call, error: unknown): string {
  if (!(error instanceof NoMatch))
    return `resource "${call.urn}" was not successfully created by the Kubernetes API server: ${messageOf(error)}`;
  const kind = kindOfToken(call.type);
  return (
    `creation of resource "${call.urn}" with kind ${groupVersion(kind)}/${kind.kind} failed because the Kubernetes API ` +
    "server reported that the apiVersion for this resource does not exist. " +
    `Verify that any required CRDs have been created: ${messageOf(error)}`
  );
}

export async function update(
  place: Place,
  call: Call & { readonly id: string },
  oldOutputs: PropertyMap,
  properties: PropertyMap,
  ignored: readonly string[],
  isPreview: boolean,
): Promise<{ outputs: PropertyMap }> {
  const inputs = normalizeInputs(fromProperties(properties));
  if (isPreview && (hasUnknown(inputs) || !(await place.cluster.knows(kindOfObject(inputs)))))
    return { outputs: properties };
  const { inputs: oldInputs, live: old } = parseCheckpoint(oldOutputs);
  const fieldManager = fieldManagerOf(inputs, oldOutputs);
  const before = fieldManagerOf(oldInputs, oldOutputs);
  const how: How = { ...place, call, fieldManager, isPreview };
  const state = (live: PropertyMap): PropertyMap =>
    checkpoint(inputs, live, initialApiVersion(oldOutputs, oldInputs), fieldManager);
  try {
    const done = await updateObject(how, inputs, ignored, old);
    if (isPreview) return { outputs: state(done.after) };
    const live = await awaitReady(place, call, inputs, done.after, done.before);
    if (before !== fieldManager) await relinquish(how, live, before);
    return { outputs: state(live) };
  } catch (error) {
    if (isPreview && isForbidden(error)) return { outputs: properties };
    if (error instanceof NoMatch)
      throw new Error(
        `update of resource "${call.urn}" failed because the Kubernetes API server reported that the apiVersion for ` +
          `this resource does not exist. Verify that any required CRDs have been created: ${messageOf(error)}`,
        { cause: error },
      );
    const live = await place.cluster
      .get(kindOfObject(old), namespaceOf(old), nameOf(old))
      .catch((unread: unknown) => {
        throw new Error(
          `update of resource "${call.urn}" failed: ${messageOf(error)}\nunable to get cluster state: ${messageOf(unread)}`,
          { cause: error },
        );
      });
    const why = `the Kubernetes API server reported that "${idOf(live)}" failed to fully initialize or become live: ${messageOf(error)}`;
    throw partial(why, error, idOf(live), state(live));
  }
}

export async function remove(
  place: Place,
  call: Call & { readonly id: string },
  outputs: PropertyMap,
): Promise<void> {
  const { inputs, live } = parseCheckpoint(outputs);
  const { name } = parseId(call.id);
  const { cluster, watches } = place;
  try {
    if (isPatch(call.type, kindOf(inputs))) {
      const fieldManager = fieldManagerOf(inputs, outputs);
      return await relinquish({ ...place, call, fieldManager, isPreview: false }, live);
    }
    await cluster.delete(live, name, propagation(inputs), call.signal);
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatch) return;
    const field = isPatch(call.type, kindOf(inputs)) ? requiredField(error) : undefined;
    if (field === undefined) throw error;
    throw new Error(
      "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the " +
        `\`retainOnDelete\` resource option, or transfer ownership of the field before deleting: ${field}`,
      { cause: error },
    );
  }
  if (isTrue(inputs, SKIP_AWAIT) && skipsDeletion.has(kindOf(inputs))) return;
  const quiet = { ...call, log: logOf(call) };
  await untilGone(quiet, cluster, watches, live, secondsFor(call, inputs));
}

/** Of other kinds the deletion is waited for whatever the annotation says. */
const skipsDeletion = new Set(
  "Namespace Pod ReplicationController DaemonSet Deployment StatefulSet Job".split(" "),
);

function propagation(inputs: PropertyMap): string {
  switch (annotationOf(inputs, DELETION_PROPAGATION).toLowerCase()) {
    case "orphan":
      return "Orphan";
    case "background":
      return "Background";
    default:
      return "Foreground";
  }
}
