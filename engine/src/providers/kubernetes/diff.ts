/** Which properties differ between the live object, as far as inputs tell of it, and the new inputs. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { UNKNOWN } from "../../provider.ts";
import { isMap, same } from "./objects.ts";
import { changesAny } from "./replace.ts";

type Key = string | number;
type Patch = { [key: string]: PropertyValue };
/** Told apart from null, which is a value that was given. */
const MISSING = Symbol("missing");
type Slot = PropertyValue | typeof MISSING;

export interface Change {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
}

/** JSON merge patch (RFC 7386) that makes `after` of `before`; what is not known counts as changed. */
export function mergePatch(before: PropertyMap, after: PropertyMap): Patch {
  const patch: Patch = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (!(key in before)) patch[key] = value;
    else if (isMap(old) && isMap(value)) {
      const inner = mergePatch(old, value);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (value === UNKNOWN || !same(old, value)) patch[key] = value;
  }
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null;
  return patch;
}

/** The changes of a patch by path, each once, with those that cannot be made in place marked. */
export function changesOf(
  patch: Patch,
  live: PropertyMap,
  news: PropertyMap,
  forceNew: readonly string[],
): Change[] {
  const changes = new Map<string, Change>();
  addMap([], patch, live, news, live, false);
  return [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));

  function addMap(
    path: Key[],
    part: Patch,
    old: PropertyMap,
    now: PropertyMap,
    oldInput: PropertyMap,
    inList: boolean,
  ): void {
    for (const [key, value] of Object.entries(part))
      addValue([...path, key], value, slot(old, key), slot(now, key), slot(oldInput, key), inList);
    // A merge patch replaces lists whole, so what is gone from an element is not in it.
    if (inList)
      for (const [key, value] of Object.entries(old))
        if (!(key in part))
          addValue([...path, key], null, value, slot(now, key), slot(oldInput, key), inList);
  }

  function addList(
    path: Key[],
    part: PropertyValue[],
    old: PropertyValue[],
    now: PropertyValue[],
    oldInput: PropertyValue[],
  ): void {
    for (let i = 0; i < Math.max(part.length, old.length); i++)
      addValue(
        [...path, i],
        i < part.length ? part[i]! : null,
        i < old.length ? old[i]! : MISSING,
        now[i] ?? null,
        oldInput[i] ?? null,
        true,
      );
  }

  function addValue(
    path: Key[],
    value: PropertyValue,
    old: Slot,
    now: Slot,
    oldInput: Slot,
    inList: boolean,
  ): void {
    // Without a new input only a deletion of what was an input is a difference.
    if (now === MISSING && (value !== null || oldInput === MISSING)) return;
    let kind: Change["kind"] = "update";
    if (value === null && now !== UNKNOWN) kind = "delete";
    else if (old === MISSING) kind = "add";
    else if (isMap(value) && isMapSlot(old))
      return addMap(path, value, old, mapOf(now), mapOf(oldInput), inList);
    else if (Array.isArray(value) && Array.isArray(old))
      return addList(path, value, old, listOf(now), listOf(oldInput));
    else if (value !== UNKNOWN && same(value, old as PropertyValue)) return;
    const text = pathText(path);
    changes.set(text, { path: text, kind, replaces: changesAny(path, value, forceNew) });
  }
}

const slot = (map: PropertyMap, key: string): Slot => (key in map ? map[key]! : MISSING);
const isMapSlot = (value: Slot): value is PropertyMap => value !== MISSING && isMap(value);
const mapOf = (value: Slot): PropertyMap => (isMapSlot(value) ? value : {});
const listOf = (value: Slot): PropertyValue[] => (Array.isArray(value) ? value : []);

export function pathText(path: readonly Key[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (/[."[\]]/.test(key)) text += `["${key.replaceAll('"', '\\"')}"]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text;
}
