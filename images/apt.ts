/** Where this machine gets Debian from, so that a base image can be made where none can be pulled. Pure: text in, mirrors out. */

export interface AptFile {
  readonly path: string;
  readonly content: string;
}
export interface AptEntry {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}
export interface Mirrors {
  readonly archive: string;
  /** Security updates; absent when the machine has no source for them. */
  readonly security?: string;
}

/** Both forms that apt reads: one-line (`deb URI SUITE COMPONENT…`) and deb822 (`Types:`, `URIs:`, … in paragraphs). */
export function aptEntries(files: readonly AptFile[]): AptEntry[] {
  return files.flatMap(({ path, content }) =>
    path.endsWith(".sources") ? deb822(content) : oneLine(content),
  );
}

function oneLine(content: string): AptEntry[] {
  return content.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (!match?.[1] || !match[2]) return [];
    return [{ uri: match[1], suites: [match[2]], components: words(match[3]) }];
  });
}

function deb822(content: string): AptEntry[] {
  const text = content.replace(/^#.*\n?/gm, "");
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    for (const match of paragraph.matchAll(/^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t]+.*)*)/gm)) {
      fields.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
    }
    if (
      !words(fields.get("types")).includes("deb") ||
      /^(no|false|off)$/i.test(fields.get("enabled")?.trim() ?? "")
    )
      return [];
    return words(fields.get("uris")).map((uri) => ({
      uri,
      suites: words(fields.get("suites")),
      components: words(fields.get("components")),
    }));
  });
}

const debianSuite = /^(?:bullseye|bookworm|trixie|forky|sid|stable|testing|oldstable)$/;
const securitySuite = /^[a-z]+(?:-security|\/updates)$/;

/** The mirrors that serve Debian itself, told apart by their suites; third parties use suites of other names. */
export function debianMirrors(entries: readonly AptEntry[]): Mirrors | undefined {
  const find = (suite: RegExp) =>
    entries.find(
      (entry) =>
        /^https?:/.test(entry.uri) &&
        entry.components.includes("main") &&
        entry.suites.some((name) => suite.test(name)),
    )?.uri;
  const archive = find(debianSuite);
  const security = find(securitySuite);
  return archive ? { archive, ...(security && { security }) } : undefined;
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter(Boolean);
}
