/** Inputs in the form in which the API server will give them back, so that equal things compare equal. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { isBuiltIn, isDefinition, isSecret, kindOfObject } from "./kinds.ts";
import {
  droppedWhenBlank,
  droppedWhenFalse,
  droppedWhenNoItems,
  droppedWhenNoKeys,
  droppedWhenZero,
  opaque,
  quantities,
  quantityMaps,
} from "./normal-tables.ts";
import { at, hasUnknown, isMap, mapAt, withoutAt } from "./objects.ts";
import { canonicalQuantity } from "./quantity.ts";

const readOnlyMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

export function normalizeInputs(object: PropertyMap): PropertyMap {
  const kind = kindOfObject(object);
  let result = object;
  if (!hasUnknown(object) && isBuiltIn(kind)) {
    if (isDefinition(object)) result = normalizeDefinition(object);
    else if (isSecret(kind)) result = normalizeSecret(object);
    else result = normalizeMap(object);
  }
  for (const key of readOnlyMetadata) result = withoutAt(result, ["metadata", key]);
  return result;
}

function normalizeDefinition(object: PropertyMap): PropertyMap {
  const kept =
    at(object, "spec", "preserveUnknownFields") === false
      ? withoutAt(object, ["spec", "preserveUnknownFields"])
      : object;
  return withoutAt(kept, ["status"]);
}

/** The server keeps `stringData` as `data` only. */
function normalizeSecret(object: PropertyMap): PropertyMap {
  const strings = Object.entries(mapAt(object, "stringData"));
  const data = mapAt(object, "data");
  if (strings.length > 0 && strings.every(([, value]) => typeof value === "string")) {
    const { stringData: _, ...rest } = object;
    const encoded = strings.map(([key, value]) => [
      key,
      Buffer.from(value as string).toString("base64"),
    ]);
    return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } };
  }
  if (Object.keys(data).length === 0) return object;
  return {
    ...object,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, reencode(value)]),
    ) as PropertyMap,
  };
}

/** White space in Base64 is lost on the server; what is no Base64 is left for the server to refuse. */
function reencode(value: PropertyValue): PropertyValue {
  if (typeof value !== "string") return value;
  const text = value.replace(/[\r\n]/g, "");
  const decoded = Buffer.from(text, "base64").toString("base64");
  return decoded === text ? decoded : value;
}

function normalizeMap(object: PropertyMap): PropertyMap {
  const out: PropertyMap = {};
  for (const [key, value] of Object.entries(object)) {
    const normal = normalizeField(key, value);
    if (normal !== undefined) out[key] = normal;
  }
  return out;
}

function normalizeField(key: string, value: PropertyValue): PropertyValue | undefined {
  if (value === null || isDropped(key, value)) return undefined;
  if (opaque.has(key)) return value;
  if (quantities.has(key)) return quantity(value);
  if (quantityMaps.has(key) && isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, amount]) => [name, quantity(amount)]),
    );
  return normalizeValue(value);
}

function normalizeValue(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(normalizeValue);
  return isMap(value) ? normalizeMap(value) : value;
}

const quantity = (value: PropertyValue): PropertyValue =>
  typeof value === "string" || typeof value === "number" ? canonicalQuantity(String(value)) : value;

function isDropped(key: string, value: PropertyValue): boolean {
  if (value === false) return droppedWhenFalse.has(key);
  if (value === 0) return droppedWhenZero.has(key);
  if (value === "") return droppedWhenBlank.has(key);
  if (Array.isArray(value)) return value.length === 0 && droppedWhenNoItems.has(key);
  return isMap(value) && Object.keys(value).length === 0 && droppedWhenNoKeys.has(key);
}

/** Of a live object, what inputs have too: the rest is the cluster's. */
export function prune(source: PropertyMap, target: PropertyMap): PropertyMap {
  const out: PropertyMap = {};
  for (const [key, value] of Object.entries(source)) {
    const wanted = target[key];
    if (key in target) out[key] = pruneValue(value, wanted!);
  }
  return out;
}

function pruneValue(value: PropertyValue, target: PropertyValue): PropertyValue {
  if (isMap(value) && isMap(target)) return prune(value, target);
  return Array.isArray(value) && Array.isArray(target) ? pruneList(value, target) : value;
}

function pruneList(source: PropertyValue[], target: PropertyValue[]): PropertyValue[] {
  if (source.length === 0 || target.length === 0) return [];
  if (typeOf(source[0]!) !== typeOf(target[0]!)) return source;
  return target.slice(0, source.length).map((wanted, i) => pruneValue(source[i]!, wanted));
}

const typeOf = (value: PropertyValue): string => (Array.isArray(value) ? "list" : typeof value);
