/** An object in Pulumi's state: the live object, with the inputs, the first API version and the field manager beside it. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { apiVersionOf, isMap, kindOf, mapAt } from "./objects.ts";

export const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

export interface Known {
  readonly inputs: PropertyMap;
  readonly live: PropertyMap;
}

/** Field names that are no identifiers in the SDKs' languages. */
const dashed = [
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
];
const toUnderscore = new Map(dashed.map((name) => [name, name.replaceAll("-", "_")]));
const toDash = new Map(dashed.map((name) => [name.replaceAll("-", "_"), name]));

/** As the API server names fields. */
export const fromProperties = (properties: PropertyMap): PropertyMap => rename(properties, toDash);
/** As the SDK names them. */
export const toProperties = (object: PropertyMap): PropertyMap => rename(object, toUnderscore);

const rename = (map: PropertyMap, names: ReadonlyMap<string, string>): PropertyMap =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => [names.get(key) ?? key, renameIn(value, names)]),
  );

function renameIn(value: PropertyValue, names: ReadonlyMap<string, string>): PropertyValue {
  if (Array.isArray(value)) return value.map((item) => renameIn(item, names));
  return isMap(value) ? rename(value, names) : value;
}

export function checkpoint(
  inputs: PropertyMap,
  live: PropertyMap,
  initialApiVersion: string,
  fieldManager: string,
): PropertyMap {
  return {
    ...toProperties(live),
    [INPUTS]: toProperties(inputs),
    [INITIAL_API_VERSION]: initialApiVersion,
    [FIELD_MANAGER]: fieldManager,
  };
}

/** Reads a state back; what an older provider wrote as { inputs, live } is understood too. */
export function parseCheckpoint(outputs: PropertyMap): Known {
  const state = fromProperties(outputs);
  if (isMap(state["inputs"]) && isMap(state["live"]))
    return { inputs: state["inputs"], live: state["live"] };
  const { [INPUTS]: inputs, ...live } = state;
  return { inputs: isMap(inputs) ? inputs : {}, live };
}

export const initialApiVersion = (outputs: PropertyMap, inputs: PropertyMap): string => {
  const kept = outputs[INITIAL_API_VERSION];
  return typeof kept === "string" ? kept : apiVersionOf(inputs);
};

export const keptFieldManager = (outputs: PropertyMap): string | undefined => {
  const kept = outputs[FIELD_MANAGER];
  return typeof kept === "string" && kept !== "" ? kept : undefined;
};

/** Of a Secret everything it holds is secret, at both places. */
export function secretPaths(answer: PropertyMap): (readonly string[])[] {
  const paths = (prefix: readonly string[]): (readonly string[])[] => {
    const part = mapAt(answer, ...prefix);
    if (kindOf(part) !== "Secret") return [];
    return ["data", "stringData"].filter((key) => key in part).map((key) => [...prefix, key]);
  };
  return [...paths([]), ...paths([INPUTS])];
}
