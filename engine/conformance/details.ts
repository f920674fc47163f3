/** What `--diff` prints of resources that are worked on side by side comes in any order. */

/** The head of a resource: a mark, its type, what is done to it. */
const HEAD = /^ *(?:[+~><=-]{1,2} ?)?[^\s:]+:[^\s]*: \([a-z-]+\)/;
const INDENT = 4;

const spacesOf = (line: string): number => /^ */.exec(line)![0].length;
const depthOf = (line: string): number => Math.floor(spacesOf(line) / INDENT);

/** What it is and what is done to it; ids are drawn at random. */
const keyOf = (block: readonly string[]): string =>
  block.filter((line) => !/^ *\[id=/.test(line)).join("\n");

/** Neighbours of the same depth in the order of their text, each with what is indented below it. */
export function sortDetails(lines: readonly string[]): string[] {
  const out: string[] = [];
  let run: string[][] = [];
  const flush = (): void => {
    out.push(...run.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).flat());
    run = [];
  };
  for (let i = 0; i < lines.length;) {
    const line = lines[i]!;
    const depth = depthOf(line);
    if (!HEAD.test(line) || depth === 0) {
      flush();
      out.push(line);
      i++;
      continue;
    }
    if (run.length > 0 && depthOf(run[0]![0]!) !== depth) flush();
    let end = i + 1;
    while (end < lines.length && spacesOf(lines[end]!) > depth * INDENT) end++;
    run.push([line, ...sortDetails(lines.slice(i + 1, end))]);
    i = end;
  }
  flush();
  return out;
}
