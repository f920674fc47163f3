/** Makes, changes and removes one object on the server, as Pulumi's provider does it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Call, PropertyMap, PropertyValue } from "../../provider.ts";
import type { Cluster } from "./cluster.ts";
import {
  isConflict,
  isExisting,
  isInvalid,
  isNamespaceMissing,
  isNotFound,
  NoMatch,
} from "./errors.ts";
import { isMadeByCreate, takeOver, withoutIgnored } from "./fields.ts";
import { isDefinition, isPatch, kindOfObject } from "./kinds.ts";
import { isTrue, PATCH_FORCE } from "./naming.ts";
import { apiVersionOf, kindOf, listAt, nameOf, namespaceOf, textAt, withAt } from "./objects.ts";
import type { Settings } from "./settings.ts";

export interface How {
  readonly call: Call;
  readonly cluster: Cluster;
  readonly settings: Settings;
  readonly fieldManager: string;
  readonly isPreview: boolean;
}

/** What plain creations are signed with; the first update hands their fields to the object's own manager. */
const CREATOR = "pulumi-kubernetes";
const RETRIES = 5;

const ALREADY_THERE =
  "The resource already exists in the cluster. This can happen when:\n\n" +
  "  - Renaming a Pulumi resource: use an alias to preserve the identity,\n" +
  "    or use deleteBeforeReplace if the resource needs replacement.\n" +
  "  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)\n" +
  "    to manage specific fields without owning the resource lifecycle.\n" +
  "  - Adopting a resource into Pulumi: use `pulumi import`. Note that\n" +
  "    protected resources (e.g. kube-system) cannot be deleted on destroy.\n" +
  "  - Intentional upsert: set upsertExistingObjects on the provider to allow\n" +
  "    server-side apply to update existing objects on create.";

const CONFLICT_HELP =
  "server-side apply field conflict detected, see " +
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
  "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help";

/** Another object owns this name. */
export class AlreadyExists extends Error {}

/** Tries again while the namespace or the definition that the object needs is not there: it may just be being made. */
export async function createObject(how: How, object: PropertyMap): Promise<PropertyMap> {
  for (let attempt = 0; ; attempt++)
    try {
      return await createOnce(how, object);
    } catch (error) {
      if (isExisting(error))
        throw new AlreadyExists(`${(error as Error).message}\n\n${ALREADY_THERE}`, {
          cause: error,
        });
      const mayCome = isNotFound(error) || error instanceof NoMatch;
      if (how.isPreview && isNamespaceMissing(error)) throw error;
      if (!mayCome || attempt >= RETRIES) throw error;
      how.call.log(`Retry #${attempt}; creation failed: ${(error as Error).message}`);
      await sleep(1000 * 2 ** attempt, undefined, { signal: how.call.signal });
    }
}

async function createOnce(how: How, object: PropertyMap): Promise<PropertyMap> {
  const { call, cluster, settings, isPreview } = how;
  const change = { isDryRun: isPreview, signal: call.signal };
  if (!settings.upsertExistingObjects && !isPatch(call.type, kindOf(object)))
    return cluster.create(object, { ...change, fieldManager: CREATOR });
  const apply = (body: PropertyMap): Promise<PropertyMap> =>
    cluster.apply(body, nameOf(body), {
      ...change,
      fieldManager: how.fieldManager,
      force: isForced(how, object, undefined),
      fieldValidation: "Warn",
    });
  try {
    return await apply(object);
  } catch (error) {
    // A replacement cannot be tried under the name of what it replaces.
    if (isPreview && isInvalid(error) && (error as Error).message.includes("field is immutable"))
      return apply(withAt(object, ["metadata", "name"], `${nameOf(object)}-preview`));
    throw explained(error, how.fieldManager);
  }
}

/** Applies the inputs; resolves with the object as it was and as it is. */
export async function updateObject(
  how: How,
  inputs: PropertyMap,
  ignored: readonly string[],
  old: PropertyMap,
): Promise<{ before: PropertyMap; after: PropertyMap }> {
  const { call, cluster, fieldManager, isPreview } = how;
  const name = nameOf(old);
  const change = { isDryRun: isPreview, fieldManager, signal: call.signal };
  const before = await cluster.get(kindOfObject(inputs), namespaceOf(inputs), name, call.signal);
  if (isDefinition(inputs)) {
    // A definition is replaced whole, which leaves its objects alone.
    const version = textAt(before, "metadata", "resourceVersion");
    const whole = withAt(inputs, ["metadata", "resourceVersion"], version);
    return { before, after: await cluster.replace(whole, name, change) };
  }
  const live = await takeOverFields(how, inputs, before);
  const wanted = withoutIgnored(inputs, live, fieldManager, ignored);
  const force = isForced(how, inputs, live);
  try {
    return { before, after: await cluster.apply(wanted, name, { ...change, force }) };
  } catch (error) {
    throw explained(error, fieldManager);
  }
}

/** Fields of an object that was made or changed without server-side apply would conflict with ours. */
async function takeOverFields(
  how: How,
  inputs: PropertyMap,
  live: PropertyMap,
): Promise<PropertyMap> {
  if (how.isPreview || isPatch(how.call.type, kindOf(inputs))) return live;
  const fields = takeOver(live, how.fieldManager);
  if (!fields) return live;
  const patch: PropertyValue = [{ op: "replace", path: "/metadata/managedFields", value: fields }];
  return how.cluster.jsonPatch(live, nameOf(live), patch, how.call.signal);
}

function isForced(how: How, inputs: PropertyMap, live: PropertyMap | undefined): boolean {
  if (isTrue(inputs, PATCH_FORCE) || how.settings.enablePatchForce) return true;
  if (how.isPreview && (!live || isMadeByCreate(live))) return true;
  return live !== undefined && listAt(live, "metadata", "managedFields").length === 0;
}

function explained(error: unknown, fieldManager: string): unknown {
  if (!isConflict(error)) return error;
  const cause = `The resource managed by field manager "${fieldManager}" had an apply conflict: ${(error as Error).message}`;
  return new Error(`${CONFLICT_HELP}\n${cause}`, { cause: error });
}

/** Gives up all fields that a manager owns; the object stays. */
export async function relinquish(
  how: How,
  object: PropertyMap,
  fieldManager = how.fieldManager,
): Promise<void> {
  const bare: PropertyMap = {
    apiVersion: apiVersionOf(object),
    kind: kindOf(object),
    metadata: {
      name: nameOf(object),
      ...(namespaceOf(object) && { namespace: namespaceOf(object) }),
    },
  };
  const change = { isDryRun: false, fieldManager, signal: how.call.signal };
  await how.cluster.apply(bare, nameOf(object), change);
}
