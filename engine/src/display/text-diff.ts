/** Which lines of a text came and went, with two unchanged ones around each change. */
import type { Op } from "../deployment/events.ts";

interface Line {
  readonly op: Extract<Op, "same" | "create" | "delete">;
  readonly text: string;
}

const CONTEXT = 2;

export function diffLines(old: string, now: string): Line[] {
  const chunks = chunked(script(old.split("\n"), now.split("\n")));
  return chunks.flatMap((chunk, i) => {
    const lines = chunk.filter((l) => l.text.trim() !== "");
    if (lines.length === 0 || lines[0]!.op !== "same") return lines;
    const dots: Line = { op: "same", text: "..." };
    const [head, tail] = [lines.slice(0, CONTEXT), lines.slice(-CONTEXT)];
    if (i === 0) return lines.length > CONTEXT + 1 ? [dots, ...tail] : lines;
    if (i === chunks.length - 1) return lines.length > CONTEXT + 1 ? [...head, dots] : lines;
    return lines.length > 2 * CONTEXT + 1 ? [...head, dots, ...tail] : lines;
  });
}

function chunked(lines: readonly Line[]): Line[][] {
  const out: Line[][] = [];
  for (const line of lines) {
    const last = out.at(-1);
    if (last && last[0]!.op === line.op) last.push(line);
    else out.push([line]);
  }
  return out;
}

/** The longest common subsequence, by the textbook: texts in properties are short. */
function script(old: readonly string[], now: readonly string[]): Line[] {
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      longest[i * width + j] =
        old[i] === now[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const out: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      out.push({ op: "same", text: old[i]! });
      i++;
      j++;
    } else if (
      j >= now.length ||
      (i < old.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    )
      out.push({ op: "delete", text: old[i++]! });
    else out.push({ op: "create", text: now[j++]! });
  }
  return out;
}
