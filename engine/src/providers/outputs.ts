import type { PropertyMap, PropertyValue } from "../provider.ts";
import { diffInputs } from "./diff.ts";
import {
  isAbsent,
  isEmpty,
  isMap,
  type Kind,
  type Properties,
  type Property,
  type ResourceSchema,
} from "./schema.ts";

/**
 * What is known of an object before it is read: what was asked for, and of what the object fills in the value that it had.
 * Everything has a value, since the reference sees an absent output as a difference.
 */
export function knownOutputs(
  schema: ResourceSchema,
  inputs: PropertyMap,
  old: PropertyMap = {},
): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => {
      const given = inputs[name];
      const kept = property.computed || property.outputOnly ? old[name] : undefined;
      if (!isAbsent(given)) return [name, complete(property.kind, given)];
      return [name, kept ?? property.default ?? emptyOf(property.kind, "top")];
    }),
  );
}

/** Maps and single blocks are null when there are none; lists and sets are empty. */
export function emptyOf(kind: Kind, level: "top" | "nested"): PropertyValue {
  if (typeof kind !== "string") return "list" in kind || "set" in kind ? [] : null;
  return kind === "string" && level === "nested" ? "" : null;
}

/** Fills nested blocks up with the properties that were left out, as Terraform keeps them. */
export function complete(kind: Kind, value: PropertyValue): PropertyValue {
  if (isAbsent(value)) return emptyOf(kind, "nested");
  if (typeof kind === "string" || "map" in kind) return value;
  if ("block" in kind) return isMap(value) ? completeBlock(kind.block, value) : value;
  const inner = "list" in kind ? kind.list : kind.set;
  return Array.isArray(value) ? value.map((item) => complete(inner, item)) : value;
}

function completeBlock(properties: Properties, block: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { kind, default: fallback }]) => [
      name,
      complete(kind, block[name] ?? fallback ?? null),
    ]),
  );
}

/**
 * Where what is seen means the same as what was asked for ("1m0s" and "60s", another order of a set), the form that was asked for
 * stays, so that no preview calls it a change.
 */
export function keepSpelling(
  schema: ResourceSchema,
  known: PropertyMap,
  seen: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(seen).map(([name, value]) => {
      const property = schema.properties[name];
      const was = known[name];
      const keep = property && !isEmpty(was) && means(property, was!, value);
      return [name, keep ? was! : value];
    }),
  );
}

/**
 * The outputs after a refresh: those of the state, very same object, when nothing has changed. Nothing said in another way (null,
 * [] or not at all) is no change, but an empty map is, which the reference makes of none when it reads; only a state that lacks a value other than null is completed.
 */
export function refreshOutputs(
  schema: ResourceSchema,
  known: PropertyMap,
  seen: PropertyMap,
): PropertyMap {
  const settled = Object.fromEntries(
    Object.entries(keepSpelling(schema, known, seen)).flatMap(
      ([name, value]): [string, PropertyValue][] => {
        const was = known[name];
        if (was === undefined) return value === null ? [] : [[name, value]];
        const isSilent = isEmpty(was) && isEmpty(value) && !(was === null && isMap(value));
        return [[name, isSilent ? was : value]];
      },
    ),
  );
  // What another engine keeps beside the outputs describes them as they were.
  const names = Object.keys(known).filter((name) => !name.startsWith("__"));
  const isSame =
    names.length === Object.keys(settled).length &&
    names.every((name) => settled[name] === known[name]);
  return isSame ? known : settled;
}

function means(property: Property, a: PropertyValue, b: PropertyValue): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  const compared = { ...property, outputOnly: false };
  const schema = { type: "", bridge: "sdk", properties: { value: compared } } as const;
  const same = (from: PropertyValue, to: PropertyValue) =>
    diffInputs(schema, { value: from }, { value: to }).changed.length === 0;
  return same(a, b) && same(b, a);
}
