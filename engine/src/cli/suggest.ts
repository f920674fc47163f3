/** What somebody may have meant by a command that there is not. */

const MOST = 3;

/** The names nearest to a word: those of the group it was given to, or of all when there are none. */
export function suggestions(group: string, word: string, names: readonly string[]): string[] {
  const near = (candidates: readonly string[]): string[] => {
    const scored = candidates
      .map((name) => ({ name, away: distance(word, name.split(" ").at(-1)!) }))
      .filter(
        ({ name, away }) => away <= Math.max(1, Math.floor(name.split(" ").at(-1)!.length / 3)),
      );
    return scored
      .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
      .slice(0, MOST)
      .map(({ name }) => name);
  };
  const depth = (name: string): number => name.split(" ").length;
  if (group !== "") {
    const own = near(names.filter((name) => name.startsWith(`${group} `)));
    if (own.length > 0) return own;
  }
  const top = near(names.filter((name) => depth(name) === 1));
  return top.length > 0 ? top : near(names);
}

/** How many letters must be added, dropped or changed. */
export function distance(a: string, b: string, change = 2): number {
  let row = [...b, ""].map((_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : change)));
    row = next;
  }
  return row[b.length]!;
}
