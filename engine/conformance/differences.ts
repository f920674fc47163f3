/** Where two JSON values differ, a line each: for a person to read. */
const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

export function differences(wanted: unknown, got: unknown, path = "runs"): string[] {
  if (Object.is(wanted, got)) return [];
  if (Array.isArray(wanted) && Array.isArray(got)) {
    if (wanted.every((v) => typeof v === "string")) return lineDifferences(wanted, got, path);
    const length = Math.max(wanted.length, got.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) =>
      differences(wanted[i], got[i], `${path}[${label(wanted[i] ?? got[i], i)}]`),
    );
  }
  if (isMap(wanted) && isMap(got))
    return [...new Set([...Object.keys(wanted), ...Object.keys(got)])].flatMap((key) =>
      differences(wanted[key], got[key], `${path}.${key}`),
    );
  return [`  ${path}: CLI ${show(wanted)}`, `  ${" ".repeat(path.length)}  ours ${show(got)}`];
}

/** A resource is found more quickly by its name than by its place. */
function label(value: unknown, index: number): string {
  if (!isMap(value)) return String(index);
  const urn = value["urn"];
  const name = typeof urn === "string" ? urn.split("::").at(-1)! : value["run"];
  return name === undefined ? String(index) : `${index} ${String(name)}`;
}

/** Text: the lines that only one has. */
function lineDifferences(wanted: unknown[], got: unknown[], path: string): string[] {
  const missing = wanted.filter((line) => !got.includes(line));
  const extra = got.filter((line) => !wanted.includes(line));
  if (missing.length + extra.length === 0)
    return show(wanted) === show(got) && wanted.length === got.length
      ? []
      : [`  ${path}: the same lines in another order or number`];
  return [
    `  ${path}:`,
    ...missing.map((line) => `    CLI  ${String(line)}`),
    ...extra.map((line) => `    ours ${String(line)}`),
  ];
}

const isMap = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
