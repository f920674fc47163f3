/** `preview --json`, without what no two runs have in common. */

import { plainText } from "./normalize.ts";

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
  const out = clean(document) as {
    steps?: { urn: string; op: string }[];
    diagnostics?: { urn?: string; message: string }[];
  };
  for (const d of out.diagnostics ?? []) d.message = plainText(d.message, "<root>");
  out.diagnostics?.sort((a, b) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : JSON.stringify(a) > JSON.stringify(b) ? 1 : 0,
  );
  out.steps?.sort((a, b) => a.urn.localeCompare(b.urn) || (a.op < b.op ? -1 : 1));
  return out;
}
