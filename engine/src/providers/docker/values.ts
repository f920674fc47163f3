import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { isMap } from "../schema.ts";

type Value = PropertyValue | undefined;

/** An empty text says no more than none. */
export const textOf = (value: Value): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const numberOf = (value: Value): number | undefined =>
  typeof value === "number" ? value : undefined;

export const booleanOf = (value: Value): boolean | undefined =>
  typeof value === "boolean" ? value : undefined;

export const strings = (value: Value): string[] => (Array.isArray(value) ? value.map(String) : []);

export const stringMap = (value: Value): Record<string, string> =>
  Object.fromEntries(Object.entries(isMap(value) ? value : {}).map(([k, v]) => [k, String(v)]));

/** The blocks of a list or set, or a single block as a list of one. */
export const blocks = (value: Value): PropertyMap[] =>
  Array.isArray(value) ? value.filter(isMap) : isMap(value) ? [value] : [];

export const labelMap = (value: Value): Record<string, string> =>
  Object.fromEntries(blocks(value).map(({ label, value }) => [String(label), String(value)]));

export const labelSet = (labels: Record<string, string> | null | undefined): PropertyMap[] =>
  Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));

/** Null where there is nothing, as the reference writes optional maps and sets that Docker left out. */
export const mapOrNull = (map: Record<string, string> | null | undefined): PropertyMap | null =>
  map && Object.keys(map).length > 0 ? { ...map } : null;

export const listOrNull = (list: string[] | null | undefined): string[] | null =>
  list && list.length > 0 ? list : null;
