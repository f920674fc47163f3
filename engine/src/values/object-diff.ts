/** Differences between values as Pulumi shows them: what came, what went, what stayed, what changed. */
import { parsePath, type Path } from "./path.ts";
import { Secret, UNKNOWN, equal, isObject, type Value, type Values } from "./property.ts";
import type { ChangeKind } from "../provider.ts";

export interface ObjectDiff {
  readonly adds: Map<string, Value>;
  readonly deletes: Map<string, Value>;
  readonly sames: Map<string, Value>;
  readonly updates: Map<string, ValueDiff>;
}

export interface ValueDiff {
  readonly old: Value;
  readonly now: Value;
  object?: ObjectDiff;
  array?: ArrayDiff;
}

export interface ArrayDiff {
  readonly adds: Map<number, Value>;
  readonly deletes: Map<number, Value>;
  readonly sames: Map<number, Value>;
  readonly updates: Map<number, ValueDiff>;
}

/** Properties that Pulumi and its providers keep for themselves. */
export const isInternal = (key: string): boolean => key.startsWith("__");

const empty = <K>() => ({
  adds: new Map<K, Value>(),
  deletes: new Map<K, Value>(),
  sames: new Map<K, Value>(),
  updates: new Map<K, ValueDiff>(),
});

export const noObjectDiff = (): ObjectDiff => empty<string>();

export function diffObjects(
  old: Values,
  now: Values,
  ignore: (key: string) => boolean = isInternal,
): ObjectDiff | undefined {
  const out = empty<string>();
  for (const [key, before] of Object.entries(old)) {
    if (ignore(key)) continue;
    const after = now[key];
    if (after === undefined) {
      if (before !== null) out.deletes.set(key, before);
      continue;
    }
    const diff = diffValues(before, after, ignore);
    if (!diff) out.sames.set(key, before);
    else if (before === null) out.adds.set(key, after);
    else if (after === null) out.deletes.set(key, before);
    else out.updates.set(key, diff);
  }
  for (const [key, after] of Object.entries(now))
    if (!ignore(key) && old[key] === undefined && after !== null) out.adds.set(key, after);
  return out.adds.size + out.deletes.size + out.updates.size === 0 ? undefined : out;
}

export function diffValues(
  old: Value,
  now: Value,
  ignore: (key: string) => boolean = isInternal,
): ValueDiff | undefined {
  if (Array.isArray(old) && Array.isArray(now)) {
    const array = empty<number>();
    for (let i = 0; i < Math.max(old.length, now.length); i++) {
      if (i >= old.length) array.adds.set(i, now[i]!);
      else if (i >= now.length) array.deletes.set(i, old[i]!);
      else {
        const diff = diffValues(old[i]!, now[i]!, ignore);
        if (diff) array.updates.set(i, diff);
        else array.sames.set(i, old[i]!);
      }
    }
    const changed = array.adds.size + array.deletes.size + array.updates.size > 0;
    return changed ? { old, now, array } : undefined;
  }
  if (isObject(old) && isObject(now)) {
    const object = diffObjects(old, now, ignore);
    return object ? { old, now, object } : undefined;
  }
  return equal(old, now) ? undefined : { old, now };
}

export const sizeOf = (array: ArrayDiff): number =>
  1 +
  Math.max(
    -1,
    ...[array.adds, array.deletes, array.sames, array.updates].flatMap((m) => [...m.keys()]),
  );

/** What a provider told path by path, as differences of values: old ones from `old`, new ones from `now`. */
export function fromPaths(
  detailed: { readonly [path: string]: ChangeKind },
  old: Values,
  now: Values,
): ObjectDiff | undefined {
  const root: ValueDiff = { old, now };
  for (const [path, kind] of Object.entries(detailed)) add(parsePath(path), kind, root, old, now);
  return root.object;
}

/** A part of a value; what is inside an unknown or a secret is as much unknown or secret. */
function part(value: Value | undefined, key: string | number): Value | undefined {
  if (value === UNKNOWN || value instanceof Secret) return value;
  if (Array.isArray(value)) return typeof key === "number" ? value[key] : undefined;
  return isObject(value) ? value[String(key)] : undefined;
}

function add(
  [key, ...rest]: Path,
  kind: ChangeKind,
  parent: ValueDiff,
  oldParent: Value | undefined,
  nowParent: Value | undefined,
): void {
  if (key === undefined) return;
  const old = part(oldParent, key);
  const now = part(nowParent, key);
  const into =
    typeof key === "number"
      ? (parent.array ??= empty<number>())
      : (parent.object ??= empty<string>());
  const { adds, deletes, updates } = into as {
    adds: Map<string | number, Value>;
    deletes: Map<string | number, Value>;
    updates: Map<string | number, ValueDiff>;
  };
  const absent = (value: Value | undefined): boolean => value === undefined || value === null;
  if (rest.length === 0) {
    if (kind.startsWith("add")) adds.set(key, now ?? UNKNOWN);
    else if (kind.startsWith("delete")) deletes.set(key, old ?? UNKNOWN);
    else {
      const whole: ValueDiff = { old: old ?? null, now: now ?? null };
      updates.set(key, diffValues(whole.old, whole.now, () => false) ?? whole);
    }
  } else if (absent(old) && !absent(now)) adds.set(key, now!);
  else if (!absent(old) && absent(now)) deletes.set(key, old!);
  else {
    const inner: ValueDiff = updates.get(key) ?? { old: old ?? null, now: now ?? null };
    add(rest, kind, inner, old, now);
    updates.set(key, inner);
  }
}
