/** Tables and quoted words as the CLI prints them. */

export interface TableRow {
  readonly columns: readonly string[];
  /** Whole lines below the row. */
  readonly below?: readonly string[];
}

/** Columns as wide as their widest cell; a cell of several lines takes as many rows. */
export function tableText(
  headers: readonly string[],
  rows: readonly TableRow[],
  prefix = "",
): string {
  const lines: TableRow[] = [{ columns: headers }];
  for (const { columns, below } of rows) {
    const cells = columns.map((cell) => cell.split("\n"));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    for (let i = 0; i < height; i++)
      lines.push({
        columns: cells.map((cell) => cell[i] ?? ""),
        ...(i === height - 1 && below ? { below } : {}),
      });
  }
  const widths = headers.map((_, i) => Math.max(...lines.map((l) => [...l.columns[i]!].length)));
  const padded = (columns: readonly string[]): string =>
    columns
      .map((cell, i) =>
        i === columns.length - 1 ? cell : cell + " ".repeat(widths[i]! - [...cell].length),
      )
      .join("  ");
  return lines.flatMap((l) => [prefix + padded(l.columns), ...(l.below ?? [])]).join("\n");
}

export interface TreeNode {
  readonly urn: string;
  readonly parent: string;
}

/** Each node with the marks that draw its place, and those of lines below it. Undefined when there is no whole tree. */
export function tree<T extends TreeNode>(
  nodes: readonly T[],
  root: T,
): { node: T; mark: string; below: string }[] | undefined {
  const known = new Set(nodes.map((n) => n.urn));
  if (nodes.some((n) => n.parent !== "" && !known.has(n.parent))) return undefined;
  const inside = (node: T): T[] => nodes.filter((n) => n.parent === node.urn && n !== root);
  const orphans = nodes.filter((n) => n.parent === "" && n !== root);
  const out: { node: T; mark: string; below: string }[] = [];
  const visit = (node: T, padding: string, branch: string): void => {
    const mine = padding + ({ "├─ ": "│  ", "└─ ": "   " }[branch] ?? "");
    const children = node === root ? [...inside(node), ...orphans] : inside(node);
    out.push({ node, mark: padding + branch, below: mine + (children.length > 0 ? "│  " : "   ") });
    for (const child of children) visit(child, mine, child === children.at(-1) ? "└─ " : "├─ ");
  };
  visit(root, "", "");
  return out;
}

/** A word for a shell: backslashes, or quotes when there is white space in it. */
export function shellWord(word: string): string {
  if (word === "") return "''";
  if (!/[ \t\n]/.test(word))
    return word.replaceAll(/[\\'"`${[|&;<>()*?!]/g, "\\$&").replace(/^~/, "\\~");
  return word
    .split(/(')/)
    .map((part) => (part === "'" ? "\\'" : part === "" ? "" : `'${part}'`))
    .join("");
}
