/** Files that are whole or absent, whatever happens to the process or the power; and errors that say what to do. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EngineError } from "../errors.ts";

interface WriteOptions {
  readonly mode?: number;
  /** Where the file is made before it gets its name, when its own folder is read by others. Same disk. */
  readonly temporary?: string;
}

const temporaryOf = (path: string): string => `${path}.${randomBytes(6).toString("hex")}.tmp`;

export async function writeAtomically(
  path: string,
  content: string | Buffer,
  { mode = 0o600, temporary = temporaryOf(path) }: WriteOptions = {},
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannot("write", path, error);
  }
  await syncDirectory(dirname(path));
}

/** A copy that is whole or absent; of a file that is not there, nothing. */
export async function copyWhole(from: string, to: string): Promise<void> {
  const text = await readIfThere(from);
  if (text !== undefined) await writeAtomically(to, text);
}

/** Takes away what killed processes left of files that were to become this one. */
export async function sweepTemporaries(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(folder).catch(() => [] as string[]))
    if (name.startsWith(prefix) && name.endsWith(".tmp"))
      await removeIfOld(join(folder, name)).catch(() => {});
}

/** A young one may be of a process that is at it. */
async function removeIfOld(path: string): Promise<void> {
  const OLD_MILLISECONDS = 60_000;
  const { mtimeMs } = await stat(path);
  if (Date.now() - mtimeMs > OLD_MILLISECONDS) await rm(path, { force: true });
}

/** Makes the rename itself durable; not every file system lets a directory be synced. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, "r");
    await directory.sync().finally(() => directory.close());
  } catch {
    // the data is safe in the file; only its name could be lost
  }
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cannot("read", path, error);
  }
}

const REMEDY: { [code: string]: string } = {
  ENOSPC: "make room on that disk, then run again",
  EDQUOT: "make room within the quota, then run again",
  EROFS: "that disk is mounted read-only: mount it writable, or choose another backend",
  EACCES: "give this user access to it, then run again",
  EPERM: "give this user access to it, then run again",
  EISDIR: "a folder is where a file should be: move it away",
  ENOTDIR: "a file is where a folder should be: move it away",
  EIO: "the disk fails: copy what can be read to another one",
};

/** What the machine refused, with the file and the way on; what was in the file before is still in it. */
export function cannot(verb: "read" | "write" | "remove", path: string, error: unknown): Error {
  if (error instanceof EngineError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const remedy = REMEDY[code] ?? "see that it can be reached, then run again";
  return new EngineError(`cannot ${verb} ${path}: ${message}; ${remedy}`);
}
