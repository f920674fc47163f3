/** `preview --json`, without what no two runs have in common. */

/** See state.ts for the reasons; durations differ by nature. */
const DROPPED = new Set([
  "created",
  "modified",
  "stackTrace",
  "__pulumi_raw_state_delta",
  "duration",
]);

export function previewDocument(text: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { "<not JSON>": text };
  }
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !DROPPED.has(key))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [
          key,
          key === "sourcePosition" && String(inner).includes("/node_modules/")
            ? "<the SDK>"
            : clean(inner),
        ]),
    );
  };
  const out = clean(document) as { steps?: { urn: string; op: string }[] };
  out.steps?.sort((a, b) => a.urn.localeCompare(b.urn) || (a.op < b.op ? -1 : 1));
  return out;
}
