/** The stack lock of the file backend: one file a process under locks/, as the CLI writes and reads it. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../errors.ts";
import { cannot, readIfThere, sweepTemporaries, writeAtomically } from "./files.ts";
import { isGone, markOf, type ProcessMark } from "./process.ts";

export interface LockContent {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
  /** Only this engine writes it, so a lock without it is the CLI's. */
  readonly process?: ProcessMark;
}

interface Held {
  readonly path: string;
  readonly content: LockContent;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cannot("read", directory, error);
  }
}

async function others(directory: string, mine: string): Promise<Held[]> {
  const held: Held[] = [];
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    if (path === mine) continue;
    const text = await readIfThere(path);
    if (text !== undefined) held.push({ path, content: parseLock(path, text) });
  }
  return held;
}

export function parseLock(path: string, text: string): LockContent {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // told below
  }
  const lock = (typeof json === "object" ? json : undefined) as LockContent | null | undefined;
  const texts = [lock?.username, lock?.hostname, lock?.timestamp];
  if (!lock || typeof lock.pid !== "number" || texts.some((t) => typeof t !== "string"))
    throw new EngineError(
      `the lock file ${path} cannot be read: expected JSON with pid, username, hostname and timestamp. ` +
        "When no other run uses this stack, delete it with `pulumi cancel`.",
    );
  return lock;
}

/** True when the process that made the lock is surely gone. Of the CLI's locks, and those of other hosts, that cannot be told. */
export function isDead(lock: LockContent, host = hostname()): boolean {
  const { process: mark } = lock;
  if (typeof mark !== "object" || mark === null || lock.hostname !== host) return false;
  return isGone(lock.pid, mark);
}

export interface Lock {
  release(): Promise<void>;
  /** The same for a process that is about to end. */
  drop(): void;
}

/** Two that came at the same moment both give way; whoever waited less comes again first. */
const ATTEMPTS = 6;
const LONGEST_WAIT_MILLISECONDS = 150;

/** Takes the lock or throws with the CLI's words. Locks of dead processes are removed, and `onStale` is told. */
export async function takeLock(
  directory: string,
  onStale: (lock: LockContent) => void = () => {},
): Promise<Lock> {
  const id = randomUUID();
  const mine = join(directory, `${id}.json`);
  for (let attempt = 1; ; attempt++) {
    refuse(await living(directory, mine, onStale));
    await writeLock(directory, mine, id);
    let rivals: Held[];
    try {
      rivals = await living(directory, mine, onStale);
      if (attempt === ATTEMPTS) refuse(rivals);
    } catch (error) {
      await rm(mine, { force: true });
      throw error;
    }
    if (rivals.length === 0) break;
    await rm(mine, { force: true });
    await sleep(Math.random() * LONGEST_WAIT_MILLISECONDS);
  }
  await sweepTemporaries(directory);
  return {
    release: () => rm(mine, { force: true }).catch(() => {}),
    drop() {
      try {
        rmSync(mine, { force: true });
      } catch {
        // the next run sees that its process is gone
      }
    },
  };
}

async function writeLock(directory: string, path: string, id: string): Promise<void> {
  const content: LockContent = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
    process: markOf(process.pid),
  };
  // Made beside the folder: the CLI takes every file in it for a lock.
  const temporary = `${directory}.${id}.tmp`;
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw cannot("write", path, error);
  });
  await writeAtomically(path, JSON.stringify(content), { temporary });
}

async function living(
  directory: string,
  mine: string,
  onStale: (lock: LockContent) => void,
): Promise<Held[]> {
  const out: Held[] = [];
  for (const held of await others(directory, mine)) {
    if (isDead(held.content)) {
      await rm(held.path, { force: true });
      onStale(held.content);
    } else out.push(held);
  }
  return out;
}

function refuse(live: readonly Held[]): void {
  if (live.length === 0) return;
  // As the CLI writes it: with the option of its storage library.
  const lines = live.map(
    ({ path, content: c }) =>
      `\n  file://${path}?no_tmp_dir=true: created by ${c.username}@${c.hostname} (pid ${c.pid}) at ${c.timestamp.replace(/\.\d+/, "")}`,
  );
  throw new EngineError(
    `the stack is currently locked by ${live.length} lock(s). Either wait for the other process(es) to end ` +
      `or delete the lock file with \`pulumi cancel\`.${lines.join("")}`,
  );
}

/** `pulumi cancel`: every lock of the stack goes, whoever holds it and whatever is in it. */
export async function breakLocks(directory: string): Promise<number> {
  const held = await namesIn(directory);
  for (const name of held) await rm(join(directory, name), { force: true });
  return held.length;
}
