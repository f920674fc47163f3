/**
 * The rules by which a registration becomes steps, as pure functions over what the provider said. They follow Pulumi's step
 * generator case by case; generator.ts calls the provider and keeps the books.
 */
import type { Diff } from "../provider.ts";
import type { Path } from "../values/path.ts";
import { parsePath, reset, touches } from "../values/path.ts";
import { equal, type Value, type Values } from "../values/property.ts";
import type { Goal, Resource } from "./resource.ts";

export const NO_DIFF: Diff = { changed: [], replaced: [] };

/** Properties that the program asks to ignore get their old values back. */
export function ignoreChanges(inputs: Values, olds: Values, paths: readonly string[]): Values {
  let out: Value = inputs;
  for (const path of paths) out = reset(parsePath(path), olds, out);
  return out as Values;
}

/** Moves changes that the program declared as replacing. A component or an engine-made diff may name no path: "*" takes it. */
export function replaceOnChanges(diff: Diff, patterns: readonly string[]): Diff {
  if (patterns.length === 0 || diff.changed.length === 0) return diff;
  const wanted: Path[] = patterns.map((p) => parsePath(p));
  const hits = diff.changed.filter((path) => wanted.some((w) => touches(w, parsePath(path))));
  return { ...diff, replaced: [...new Set([...diff.replaced, ...hits])] };
}

export interface Situation {
  readonly old: Resource | undefined;
  readonly goal: Goal;
  readonly diff: Diff;
  /** The old resource was deleted earlier in this run, because something it depends on had to go first. */
  readonly recreating: boolean;
  readonly targeted: boolean;
  /** What "deleted with" or "replace with" it leans on is being replaced, or its provider or trigger changed. */
  readonly forced: boolean;
}

export type Decision =
  | "recreate"
  | "take-over"
  | "skip-create"
  | "keep"
  | "create"
  | "same"
  | "update"
  | "replace-create-first"
  | "replace-delete-first";

export function decide(s: Situation): Decision {
  const { old, diff, goal } = s;
  if (s.recreating) return "recreate";
  if (old?.external) return "take-over";
  if (!old) return s.targeted ? "create" : "skip-create";
  if (!s.targeted) return "keep";
  if (s.forced || diff.replaced.length > 0 || old.pendingReplacement) {
    const first = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace ?? false;
    return first || old.pendingReplacement ? "replace-delete-first" : "replace-create-first";
  }
  if (diff.changed.length > 0 || (old.initErrors?.length ?? 0) > 0) return "update";
  return "same";
}

/** Components have no provider: any difference of inputs is an update. */
export function componentDiff(old: Values, now: Values): Diff {
  if (equal(old, now)) return NO_DIFF;
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return { changed: [...keys].filter((key) => !equal(old[key], now[key])), replaced: [] };
}

/** Changed trigger values replace; one that was absent before does not. */
export function triggerFired(old: Resource, goal: Goal): boolean {
  const before = old.replacementTrigger ?? null;
  const now = goal.replacementTrigger ?? null;
  return before !== null && now !== null && !equal(before, now);
}

export const protectedFromReplace = (old: Resource, goal: Goal): boolean =>
  old.protect === true && goal.protect;

export const cannotReplace = (urn: string): string =>
  `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, ` +
  "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`";

export const cannotDelete = (urn: string): string =>
  `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, ` +
  "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n" +
  `\`pulumi state unprotect '${urn}'\``;
