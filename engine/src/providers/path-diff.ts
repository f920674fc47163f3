/** How a provider that is not bridged compares: inputs with inputs, path by path. */
import type { ChangeKind, Diff, PropertyMap } from "../provider.ts";
import {
  diffObjects,
  type ArrayDiff,
  type ObjectDiff,
  type ValueDiff,
} from "../values/object-diff.ts";
import { joinPath, type ResourceSchema } from "./schema.ts";

interface Compared {
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly newInputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export function diffByPath(schema: ResourceSchema, compared: Compared): Diff {
  const { oldInputs, oldOutputs, newInputs, ignoreChanges } = compared;
  const kept = ignoreChanges.filter((key) => key in oldOutputs);
  const restored: PropertyMap = Object.fromEntries(kept.map((k) => [k, oldOutputs[k]!]));
  const wanted: PropertyMap = { ...newInputs, ...restored };
  const diff = diffObjects(oldInputs, wanted);
  const paths = diff ? ofObject("", diff) : [];
  // Only a whole property that comes or goes replaces by itself; for parts of one the SDK asks by replaceOnChanges.
  const replaced = paths.map(([path]) => path).filter((p) => schema.properties[p]?.forceNew);
  return {
    changed: paths.map(([path]) => path),
    replaced,
    keys: replaced,
    detailed: Object.fromEntries(paths),
  };
}

type Found = [path: string, kind: ChangeKind][];

function ofObject(path: string, { adds, deletes, updates }: ObjectDiff): Found {
  return ofMaps(path, adds, deletes, updates);
}

function ofMaps(
  path: string,
  adds: ArrayDiff["adds"] | ObjectDiff["adds"],
  deletes: ArrayDiff["deletes"] | ObjectDiff["deletes"],
  updates: ArrayDiff["updates"] | ObjectDiff["updates"],
): Found {
  const at = (key: string | number): string => joinPath(path, key);
  return [
    ...[...updates].flatMap(([key, inner]) => ofValue(at(key), inner)),
    ...[...adds.keys()].map((key): Found[number] => [at(key), "add"]),
    ...[...deletes.keys()].map((key): Found[number] => [at(key), "delete"]),
  ];
}

function ofValue(path: string, { old, now, object, array }: ValueDiff): Found {
  if (object) return ofObject(path, object);
  if (array) return ofMaps(path, array.adds, array.deletes, array.updates);
  if (old === null) return [[path, "add"]];
  return [[path, now === null ? "delete" : "update"]];
}
