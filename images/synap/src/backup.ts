/** A copy of the data that is whole at one moment, as a tar; and its way back. */
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";
import { paths } from "./settings.ts";
import { scan } from "./wal.ts";

const entryName = "wal/synap.wal";

/** The log up to its last whole entry: every write that was acknowledged before this began is in it. */
export async function backup(to: Writable): Promise<void> {
  const { bytes, damage } = await scan(paths.log);
  if (damage) throw new Error(`the write-ahead log cannot be backed up: ${damage}`);
  const archive = pack();
  const done = pipeline(archive, to);
  const entry = archive.entry({ name: entryName, size: bytes, mode: 0o600 });
  if (bytes > 0) await pipeline(createReadStream(paths.log, { end: bytes - 1 }), entry);
  else entry.end(Buffer.alloc(0));
  archive.finalize();
  await done;
}

/** From a tar of `backup`, or of the published image's volume. Only into a volume without data. */
export async function restore(from: Readable): Promise<string> {
  for (const path of [paths.log, paths.state]) {
    if (existsSync(path))
      throw new Error(
        `${path} is there: this volume holds data, and nothing was written. Restore into an empty volume`,
      );
  }
  const draft = `${paths.log}.restored`;
  mkdirSync(dirname(draft), { recursive: true });
  let found = false;
  const archive = extract();
  archive.on("entry", (header, stream, next) => {
    const wanted = header.name.replace(/^\.\//, "").endsWith(entryName);
    found ||= wanted;
    if (!wanted) {
      stream.on("end", next).resume();
      return;
    }
    pipeline(stream, createWriteStream(draft, { mode: 0o600 })).then(() => next(), next);
  });
  await pipeline(from, archive);
  if (!found) throw new Error(`the archive has no ${entryName}: nothing was restored`);
  const { entries, bytes, damage } = await scan(draft);
  if (damage)
    throw new Error(`the log in the archive is not whole: ${damage}. Nothing was restored`);
  renameSync(draft, paths.log);
  return `restored ${entries} entries, ${bytes} bytes`;
}
