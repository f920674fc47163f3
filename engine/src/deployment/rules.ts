/** The single rules that plan.ts puts together: what counts as a change, as a replacement, and what is refused. */
import type { Diff } from "../provider.ts";
import type { Path } from "../values/path.ts";
import { covers, parsePath, reset } from "../values/path.ts";
import {
  Secret,
  UNKNOWN,
  equal,
  hasUnknown,
  isObject,
  masked,
  type Value,
  type Values,
} from "../values/property.ts";
import type { Goal, Resource } from "./resource.ts";

export const NO_DIFF: Diff = { changed: [], replaced: [] };

/** Properties that the program asks to ignore get their old values back. */
export function ignoreChanges(inputs: Values, olds: Values, paths: readonly string[]): Values {
  let out: Value = inputs;
  for (const path of paths) out = reset(parsePath(path), olds, out);
  return out as Values;
}

/** What stands for "its creation was not finished" among the paths that replaceOnChanges may name. */
const INIT_ERROR = "#initerror";

/** Changes at or below a path that the program declared as replacing do replace. */
export function replaceOnChanges(
  diff: Diff,
  patterns: readonly string[],
  isUnfinished = false,
): Diff {
  const wanted: Path[] = patterns.map((p) => parsePath(p));
  const isCovered = (path: string): boolean => wanted.some((w) => covers(w, parsePath(path)));
  const hits = diff.changed.filter(isCovered);
  if (isUnfinished && wanted.some((w) => covers(w, [INIT_ERROR]))) hits.push(INIT_ERROR);
  return hits.length === 0
    ? diff
    : { ...diff, replaced: [...new Set([...diff.replaced, ...hits])] };
}

/** Components have no provider: any difference of inputs is an update. */
export function componentDiff(old: Values, now: Values): Diff {
  if (equal(old, now)) return NO_DIFF;
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  const changed = [...keys].filter((key) => !equal(old[key], now[key]));
  return { changed, replaced: [], byEngine: true };
}

/** Changed trigger values replace; one that was absent before does not. A value that is not known yet counts as changed. */
export function triggerFired(old: Resource, goal: Goal): boolean {
  const before = bare(old.replacementTrigger ?? null);
  const now = bare(goal.replacementTrigger ?? null);
  if (hasUnknown(before) || hasUnknown(now)) return true;
  return before !== null && now !== null && !equal(before, now);
}

/** Becoming secret is no change of a trigger. */
function bare(value: Value): Value {
  if (value instanceof Secret) return bare(value.value);
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, bare(v)]));
}

export const cannotReplace = (urn: string): string =>
  `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, ` +
  "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`";

export const cannotReplaceAlong = (urn: string, root: string): string =>
  `unable to replace resource "${urn}" as part of replacing "${root}" ` +
  "as it is currently marked for protection. To unprotect the resource, " +
  "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n" +
  `\`pulumi state unprotect '${urn}'\``;

export const cannotDelete = (urn: string): string =>
  `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either ` +
  "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n" +
  `\`pulumi state unprotect '${urn}'\``;

/** A value as the CLI puts it into a sentence; a secret is not told. */
export function shownValue(value: Value | undefined): string {
  if (value === UNKNOWN) return "output<string>{}";
  const text = value === undefined || value === null ? "<nil>" : masked(value);
  return typeof text === "object" ? `{${JSON.stringify(text)}}` : `{${String(text)}}`;
}

/** An imported resource that still names its id would get another one. */
export function importedForGood(keys: readonly string[], old: Values, now: Values): string {
  const changes = keys.map((key) => `${key}: ${shownValue(old[key])} => ${shownValue(now[key])}`);
  return (
    "previously-imported resources that still specify an ID may not be replaced; " +
    `please remove the \`import\` declaration from your program;\n${changes.join("\n")}`
  );
}
