import {
  UNKNOWN,
  type ChangeKind,
  type Diff,
  type PropertyMap,
  type PropertyValue,
} from "../provider.ts";
import { parsePath } from "../values/path.ts";
import {
  DEFAULTS_KEY,
  hasUnknown,
  isAbsent,
  isEmpty,
  isMap,
  joinPath,
  type Kind,
  type Properties,
  type Property,
  type ResourceSchema,
} from "./schema.ts";

interface Change {
  readonly path: string;
  readonly replace: boolean;
  readonly kind: ChangeKind;
}

/**
 * What must change so that the object whose outputs are `old` becomes what `now` asks for. Like the reference, it compares
 * with the outputs and not with the old inputs: that is how drift found by a refresh is put right.
 */
export function diffInputs(
  schema: ResourceSchema,
  old: PropertyMap,
  now: PropertyMap,
  ignoreChanges: readonly string[] = [],
): Diff {
  const wanted = schema.expand?.(now) ?? now;
  const forced = schema.mustReplace?.(old, wanted) ?? [];
  const changes = [
    ...diffBlock(schema.properties, old, wanted, "", false),
    ...forced.map((path): Change => ({ path, replace: true, kind: "update" })),
  ].filter(({ path }) => !ignoreChanges.some((ignored) => covers(ignored, path)));
  const replaced = changes.filter(({ replace }) => replace).map(({ path }) => path);
  const goesFirst =
    replaced.length > 0 && (schema.deleteBeforeReplace || hasOwnName(schema.properties, now));
  return {
    changed: changes.map(({ path }) => path),
    replaced,
    ...(schema.bridge === "sdk" && changes.length > 0 ? told(changes, replaced) : {}),
    ...(goesFirst ? { deleteBeforeReplace: true } : {}),
  };
}

/** The generations of the bridge differ in this too: the newer one names root properties only. */
const told = (changes: readonly Change[], replaced: readonly string[]): Partial<Diff> => ({
  detailed: Object.fromEntries(changes.map(({ path, kind }) => [path, kind])),
  keys: [...new Set(replaced.map((path) => String(parsePath(path)[0])))],
});

/**
 * The program chose a name where one is usually made up. Two objects cannot have it at once; or worse, they can: a volume that is
 * created under the name of another is the other, and would be deleted in its stead.
 */
function hasOwnName(properties: Properties, now: PropertyMap): boolean {
  const defaults = now[DEFAULTS_KEY];
  if (!Array.isArray(defaults)) return false;
  return Object.keys(now).some((key) => properties[key]?.autoName && !defaults.includes(key));
}

function covers(ignored: string, path: string): boolean {
  if (ignored === "*" || ignored === path) return true;
  return path.startsWith(ignored) && /[.[]/.test(path[ignored.length] ?? "");
}

function diffBlock(
  properties: Properties,
  old: PropertyMap,
  now: PropertyMap,
  path: string,
  replace: boolean,
): Change[] {
  return Object.entries(properties).flatMap(([name, property]) =>
    property.outputOnly
      ? []
      : diffProperty(
          property,
          old[name],
          now[name],
          joinPath(path, name),
          replace || property.forceNew === true,
        ),
  );
}

function diffProperty(
  property: Property,
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
  path: string,
  replace: boolean,
): Change[] {
  const wanted = isAbsent(now) ? property.default : now;
  if (isEmpty(wanted) && wanted !== UNKNOWN) {
    // An empty value says nothing where the real object may fill the property in.
    const silent = isAbsent(wanted) || typeof wanted !== "boolean";
    if (isEmpty(old) || (property.computed && silent)) return [];
    return [{ path, replace, kind: "delete" }];
  }
  if (!isAbsent(old) && !hasUnknown(wanted) && property.same?.(old, wanted!)) return [];
  return diffValue(property.kind, old, wanted!, path, replace);
}

function diffValue(
  kind: Kind,
  old: PropertyValue | undefined,
  now: PropertyValue,
  path: string,
  replace: boolean,
): Change[] {
  const here: Change[] = [{ path, replace, kind: isAbsent(old) ? "add" : "update" }];
  if (now === UNKNOWN) return here;
  if (typeof kind === "string") {
    if (kind === "any") return sameJson(old, now) ? [] : here;
    return (isEmpty(old) && isEmpty(now)) || old === now ? [] : here;
  }
  if ("list" in kind) {
    if (!Array.isArray(old) || !Array.isArray(now) || old.length !== now.length) return here;
    return now.flatMap((item, index) =>
      diffValue(kind.list, old[index], item, joinPath(path, index), replace),
    );
  }
  if ("set" in kind) return diffSet(kind.set, old, now, path, replace);
  if (!isMap(now)) return here;
  const before = isMap(old) ? old : {};
  if ("block" in kind) return diffBlock(kind.block, before, now, path, replace);
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => key !== DEFAULTS_KEY && before[key] !== now[key])
    .map((key) => {
      const kind = key in before ? (key in now ? "update" : "delete") : "add";
      return { path: joinPath(path, key), replace, kind };
    });
}

/** Pairs the members off; of what is left over, those in the same place are compared. */
function diffSet(
  kind: Kind,
  old: PropertyValue | undefined,
  now: PropertyValue,
  path: string,
  replace: boolean,
): Change[] {
  if (!Array.isArray(old) || !Array.isArray(now))
    return [{ path, replace, kind: isAbsent(old) ? "add" : "update" }];
  const left = new Map(old.entries());
  const added = [...now.entries()].filter(([, item]) => {
    const match = [...left].find(
      ([, member]) => diffValue(kind, member, item, path, replace).length === 0,
    );
    if (match) left.delete(match[0]);
    return !match;
  });
  const changes = added.flatMap(([index, item]): Change[] => {
    const at = joinPath(path, index);
    if (!left.has(index)) return [{ path: at, replace, kind: "add" }];
    const was = left.get(index);
    left.delete(index);
    return diffValue(kind, was, item, at, replace);
  });
  const gone = [...left.keys()].map((index): Change => ({
    path: joinPath(path, index),
    replace,
    kind: "delete",
  }));
  return [...changes, ...gone];
}

function sameJson(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (a === b || (isAbsent(a) && isAbsent(b))) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isMap(a) || !isMap(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
    sameJson(a[key], b[key]),
  );
}
