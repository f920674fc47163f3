/** What is left out of values wherever they are found, or named, since no two runs have it in common. */

const DROPPED = new Set([
  // Every engine writes at its own time.
  "created",
  "modified",
  "duration",
  // Places inside the language's SDK; no engine reads them, and the offline one does not keep them.
  "stackTrace",
  // A note of the bridge to itself, from which it rebuilds a Terraform state; it does without.
  "__pulumi_raw_state_delta",
]);

/** What Docker gives out of what is free. */
const GIVEN = new Set(["subnet", "gateway"]);

/** Sets that the CLI writes in the order of a map. */
const SETS = new Set(["dependencies", "diffReasons", "replaceReasons"]);

type Json = { readonly [key: string]: unknown };

/** A copy with its keys in order. `open` may take an object for something else, such as a secret. */
export function clean(value: unknown, open?: (object: Json) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => clean(item, open));
  if (typeof value !== "object" || value === null) return value;
  const opened = open?.(value as Json);
  if (opened !== undefined) return opened;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !DROPPED.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, property(key, clean(inner, open))]),
  );
}

function property(key: string, value: unknown): unknown {
  // Where the program itself is stays; the SDK's own places depend on where it is installed.
  if (key === "sourcePosition" && String(value).includes("/node_modules/")) return "<the SDK>";
  if (GIVEN.has(key) && typeof value === "string" && value !== "") return `<a ${key}>`;
  return SETS.has(key) && Array.isArray(value) ? [...(value as string[])].sort() : value;
}
