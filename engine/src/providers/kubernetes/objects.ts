/** Kubernetes objects as plain JSON, in which a preview may hold UNKNOWN. */
import { UNKNOWN, type PropertyMap, type PropertyValue } from "../../provider.ts";
import { isMap } from "../schema.ts";

export { isMap };

/** The value at a path of keys; undefined where there is none. */
export function at(value: PropertyValue | undefined, ...path: string[]): PropertyValue | undefined {
  let here = value;
  for (const key of path) here = isMap(here) ? here[key] : undefined;
  return here;
}

export const mapAt = (value: PropertyValue | undefined, ...path: string[]): PropertyMap => {
  const found = at(value, ...path);
  return isMap(found) ? found : {};
};

export const listAt = (value: PropertyValue | undefined, ...path: string[]): PropertyValue[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

export const textAt = (value: PropertyValue | undefined, ...path: string[]): string => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
};

export const numberAt = (
  value: PropertyValue | undefined,
  ...path: string[]
): number | undefined => {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
};

export const nameOf = (object: PropertyMap): string => textAt(object, "metadata", "name");
export const namespaceOf = (object: PropertyMap): string => textAt(object, "metadata", "namespace");
export const kindOf = (object: PropertyMap): string => textAt(object, "kind");
export const apiVersionOf = (object: PropertyMap): string => textAt(object, "apiVersion");
export const uidOf = (object: PropertyMap): string => textAt(object, "metadata", "uid");
export const generationOf = (object: PropertyMap): number =>
  numberAt(object, "metadata", "generation") ?? 0;
export const annotationOf = (object: PropertyMap, key: string): string =>
  textAt(object, "metadata", "annotations", key);

/** Sets a value at a path, making maps on the way, in a copy. */
export function withAt(
  object: PropertyMap,
  path: readonly string[],
  value: PropertyValue,
): PropertyMap {
  const [key = "", ...rest] = path;
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = object[key];
  return { ...object, [key]: withAt(isMap(inner) ? inner : {}, rest, value) };
}

/** Removes what is at a path, in a copy. */
export function withoutAt(object: PropertyMap, path: readonly string[]): PropertyMap {
  const [key = "", ...rest] = path;
  if (!(key in object)) return object;
  if (rest.length === 0) {
    const { [key]: _, ...others } = object;
    return others;
  }
  const inner = object[key];
  return isMap(inner) ? { ...object, [key]: withoutAt(inner, rest) } : object;
}

export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}

export function same(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => k in b && same(a[k], b[k]));
}

/** NAMESPACE/NAME, or NAME of what has no namespace: Pulumi's id of an object. */
export const idOf = (object: PropertyMap): string =>
  namespaceOf(object) ? `${namespaceOf(object)}/${nameOf(object)}` : nameOf(object);

export function parseId(id: string): { namespace: string; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}

/** As messages name an object: the default namespace is left out. */
export const displayName = (object: PropertyMap): string =>
  ["", "default"].includes(namespaceOf(object)) ? nameOf(object) : idOf(object);

export const isOwnedBy = (object: PropertyMap, owner: PropertyMap | undefined): boolean =>
  owner !== undefined &&
  listAt(object, "metadata", "ownerReferences").some((ref) => textAt(ref, "uid") === uidOf(owner));
