/** `preview --json`, without what no two runs have in common. */

import { clean } from "./clean.ts";
import { plainText } from "./normalize.ts";

export function previewDocument(text: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { "<not JSON>": text };
  }
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
