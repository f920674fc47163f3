/** Outputs and differences as the CLI prints them. Secrets are masked here and nowhere later. */
import { Secret, UNKNOWN, equal, isObject, type Value, type Values } from "../values/property.ts";
import type { Paint } from "./words.ts";

/** One value; multi-line for objects and lists. */
export function renderValue(value: Value, indent: number, showSecrets = false): string {
  const pad = " ".repeat(indent);
  if (value === UNKNOWN) return "[unknown]";
  if (value instanceof Secret)
    return showSecrets ? renderValue(value.value, indent, true) : "[secret]";
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const rows = value.map(
      (v, i) => `${pad}    [${i}]: ${renderValue(v, indent + 4, showSecrets)}`,
    );
    return `[\n${rows.join("\n")}\n${pad}]`;
  }
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    if (keys.length === 0) return "{}";
    const width = Math.max(...keys.map((k) => k.length));
    const rows = keys.map(
      (k) => `${pad}    ${k.padEnd(width)}: ${renderValue(value[k]!, indent + 4, showSecrets)}`,
    );
    return `{\n${rows.join("\n")}\n${pad}}`;
  }
  if (typeof value === "string" && value.includes("\n")) {
    const inner = value
      .trimEnd()
      .split("\n")
      .map((line) => `${pad}    ${line}`);
    return `<<-EOT\n${inner.join("\n")}\n${pad}EOT`;
  }
  return JSON.stringify(value);
}

/** "Outputs:" with marks for what changed. */
export function outputLines(
  old: Values | undefined,
  now: Values,
  paint: Paint,
  showSecrets: boolean,
): string[] {
  const keys = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now)])].sort();
  const width = Math.max(0, ...keys.map((k) => k.length));
  return keys.map((key) => {
    const before = old?.[key];
    const after = now[key];
    const label = key.padEnd(width);
    const text = (v: Value): string => renderValue(v, 4, showSecrets);
    if (after === undefined) return paint("red", `  - ${label}: ${text(before!)}`);
    if (before === undefined && old !== undefined)
      return paint("green", `  + ${label}: ${text(after)}`);
    if (old !== undefined && !equal(before, after))
      return paint("yellow", `  ~ ${label}: ${text(before!)} => ${text(after)}`);
    return `    ${label}: ${text(after)}`;
  });
}

/** What changes in a resource's inputs, for --diff. */
export function inputDiffLines(old: Values | undefined, now: Values, paint: Paint): string[] {
  const lines: string[] = [];
  const keys = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now)])].sort();
  for (const key of keys) {
    if (key === "__defaults" || key === "__internal") continue;
    const before = old?.[key];
    const after = now[key];
    if (equal(before, after)) continue;
    if (before === undefined)
      lines.push(paint("green", `      + ${key}: ${renderValue(after!, 6)}`));
    else if (after === undefined)
      lines.push(paint("red", `      - ${key}: ${renderValue(before, 6)}`));
    else
      lines.push(
        paint("yellow", `      ~ ${key}: ${renderValue(before, 6)} => ${renderValue(after, 6)}`),
      );
  }
  return lines;
}
