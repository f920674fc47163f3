/** Names and Pulumi's annotations. */
import { createHash } from "node:crypto";
import { UNKNOWN, type PropertyMap } from "../../provider.ts";
import { annotationOf, at, isMap, nameOf, textAt, withAt } from "./objects.ts";

export const AUTONAMED = "pulumi.com/autonamed";
export const SKIP_AWAIT = "pulumi.com/skipAwait";
export const WAIT_FOR = "pulumi.com/waitFor";
export const TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds";
export const REPLACE_UNREADY = "pulumi.com/replaceUnready";
export const PATCH_FORCE = "pulumi.com/patchForce";
export const PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager";
export const DELETION_PROPAGATION = "pulumi.com/deletionPropagationPolicy";

const RANDOM_DIGITS = 8;

/** NAME-1a2b3c4d, from a seed that preview and up share. */
export const autoName = (prefix: string, seed: Uint8Array): string =>
  `${prefix}${createHash("sha256").update(seed).digest("hex").slice(0, RANDOM_DIGITS)}`;

const hasUnknownName = (object: PropertyMap): boolean => at(object, "metadata", "name") === UNKNOWN;

export const isNamed = (object: PropertyMap): boolean =>
  nameOf(object) !== "" || hasUnknownName(object);

export const isGenerateName = (object: PropertyMap): boolean =>
  !isNamed(object) &&
  (textAt(object, "metadata", "generateName") !== "" ||
    at(object, "metadata", "generateName") === UNKNOWN);

export const isAutonamed = (object: PropertyMap): boolean => isTrue(object, AUTONAMED);
export const isTrue = (object: PropertyMap, annotation: string): boolean =>
  annotationOf(object, annotation) === "true";

/** Annotations cannot be put into what is not known yet. */
function annotated(object: PropertyMap, key: string): PropertyMap {
  const annotations = at(object, "metadata", "annotations");
  if (annotations !== undefined && !isMap(annotations)) return object;
  return withAt(object, ["metadata", "annotations", key], "true");
}

function withAutoName(object: PropertyMap, name: string): PropertyMap {
  if (object["metadata"] === UNKNOWN) return object;
  return annotated(withAt(object, ["metadata", "name"], name), AUTONAMED);
}

/** The name of an object that the program does not name: the old one, or a new one for a new object. */
export function named(
  object: PropertyMap,
  old: PropertyMap | undefined,
  resourceName: string,
  seed: Uint8Array,
): PropertyMap {
  if (isNamed(object)) return object;
  if (old && Object.keys(old).length > 0)
    return isAutonamed(old) ? withAutoName(object, nameOf(old)) : object;
  return isGenerateName(object) ? object : withAutoName(object, autoName(`${resourceName}-`, seed));
}
