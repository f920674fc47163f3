/** The stack lock of the file backend: one file a process under locks/, as the CLI writes and reads it. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { EngineError } from "../errors.ts";
import { writeAtomically } from "./files.ts";

export interface LockContent {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

interface Held {
  readonly path: string;
  readonly content: LockContent;
}

async function others(directory: string, mine: string): Promise<Held[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const held: Held[] = [];
  for (const name of names) {
    const path = join(directory, name);
    if (!name.endsWith(".json") || path === mine) continue;
    try {
      held.push({ path, content: JSON.parse(await readFile(path, "utf8")) as LockContent });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new EngineError(
        `the lock file ${path} cannot be read: ${(error as Error).message}. ` +
          "When no other run uses this stack, delete it with `pulumi cancel`.",
      );
    }
  }
  return held;
}

/** True when the process that made the lock is surely gone: same host, and no process of that id that is old enough. */
export async function isDead(lock: LockContent, host = hostname()): Promise<boolean> {
  if (lock.hostname !== host || !(lock.pid > 0)) return false;
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  // The id may have been given to another process since; that one started after the lock was made.
  try {
    const started = (await stat(`/proc/${lock.pid}`)).ctimeMs;
    const CLOCK_SLACK_MS = 2_000;
    return started > Date.parse(lock.timestamp) + CLOCK_SLACK_MS;
  } catch {
    return false;
  }
}

export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock or throws with the CLI's words. Locks of dead processes are removed, and `onStale` is told. */
export async function takeLock(
  directory: string,
  onStale: (lock: LockContent) => void = () => {},
): Promise<Lock> {
  const mine = join(directory, `${randomUUID()}.json`);
  const refuseIfHeld = async (): Promise<void> => {
    const live: Held[] = [];
    for (const held of await others(directory, mine)) {
      if (await isDead(held.content)) {
        await rm(held.path, { force: true });
        onStale(held.content);
      } else live.push(held);
    }
    if (live.length === 0) return;
    const lines = live.map(
      ({ path, content: c }) =>
        `\n  file://${path}: created by ${c.username}@${c.hostname} (pid ${c.pid}) at ${c.timestamp}`,
    );
    throw new EngineError(
      `the stack is currently locked by ${live.length} lock(s). Either wait for the other process(es) to end ` +
        `or delete the lock file with \`pulumi cancel\`.${lines.join("")}`,
    );
  };
  await refuseIfHeld();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const content: LockContent = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  await writeAtomically(mine, JSON.stringify(content));
  try {
    // Two runs may both have found the folder empty: each sees the other's file now, and both give way.
    await refuseIfHeld();
  } catch (error) {
    await rm(mine, { force: true });
    throw error;
  }
  return { release: () => rm(mine, { force: true }) };
}

/** `pulumi cancel`: every lock of the stack goes, whoever holds it. */
export async function breakLocks(directory: string): Promise<number> {
  const held = (await readdir(directory).catch(() => [])).filter((n) => n.endsWith(".json"));
  for (const name of held) await rm(join(directory, name), { force: true });
  return held.length;
}
