/** What of a query is no metric: text, spans of time, lists of labels, numbers, what is called, and words of the language. */
const OTHER = [
  String.raw`"(?:\\.|[^"\\])*"`,
  String.raw`\[[^\]]*\]`,
  String.raw`\b(?:by|without|on|ignoring|group_left|group_right)\b *(?:\([^)]*\))?`,
  String.raw`\b\d[\w.]*`,
  String.raw`\b(?:and|or|unless|bool|offset)\b`,
  String.raw`\b\w+\b(?= *\(| +(?:by|without)\b)`,
].join("|");
const METRIC = String.raw`([a-zA-Z_:][\w:]*)(?:\{((?:"(?:\\.|[^"\\])*"|[^}"])*)\})?`;

/** The same query of those series alone that have the labels: in a Prometheus of several deployments each has its own. Pure. */
export function narrowed(expr: string, labels: Readonly<Record<string, string>>): string {
  const own = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return expr.replaceAll(
    new RegExp(`${OTHER}|${METRIC}`, "g"),
    (found: string, metric?: string, asked?: string) =>
      metric === undefined ? found : `${metric}{${[...own, ...(asked ? [asked] : [])].join(",")}}`,
  );
}
