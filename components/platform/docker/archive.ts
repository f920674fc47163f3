import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import * as tar from "tar-stream";
import { SERVICE_UID } from "../platform.ts";

export interface ArchiveEntry {
  readonly path: string;
  readonly content: string | Buffer;
  readonly secret: boolean;
}

/**
 * The files as a tar archive in base64, owned by the service's user. Equal files give equal text, whatever their order,
 * because the text is an input of a resource and a difference would be a change.
 */
export async function archive(
  entries: readonly ArchiveEntry[],
  user: number = SERVICE_UID,
): Promise<string> {
  const pack = tar.pack();
  const owner = { uid: user, gid: user, mtime: new Date(0) };
  for (const directory of directories(entries)) {
    pack.entry({ ...owner, name: directory, type: "directory", mode: 0o755 });
  }
  for (const entry of entries.toSorted(byPath)) {
    pack.entry({ ...owner, name: entry.path, mode: entry.secret ? 0o400 : 0o444 }, entry.content);
  }
  pack.finalize();
  return (await buffer(Readable.from(pack))).toString("base64");
}

/** Every folder above an entry, parents first. */
function directories(entries: readonly ArchiveEntry[]): string[] {
  const found = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_, index) => found.add(parts.slice(0, index + 1).join("/")));
  }
  return [...found].sort();
}

function byPath(a: ArchiveEntry, b: ArchiveEntry): number {
  return a.path < b.path ? -1 : 1;
}
