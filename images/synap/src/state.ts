/** What a member must not forget: who was made master, and by which decision. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

export interface State {
  /** Counts the decisions about who is master; the higher one holds. 0: none was ever made. */
  readonly epoch: number;
  readonly master?: string;
  /** The last declaration that was acted upon. */
  readonly declared?: string;
  /** Set on a master that has stopped for another to take over, under the epoch that the other will have. */
  readonly yields?: { readonly to: string; readonly epoch: number };
}

export function loadState(path: string): State {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { epoch: 0 };
    throw error;
  }
  return JSON.parse(text) as State;
}

/** Room that is kept for one decision on a full disk: that another is to be master. */
const spareBytes = 4096;

/** On disk before it returns: a decision that a crash could undo is none. */
export function saveState(path: string, state: State): void {
  mkdirSync(dirname(path), { recursive: true });
  const spare = `${path}.spare`;
  const text = `${JSON.stringify(state)}\n`;
  let draft = `${path}.new`;
  try {
    write(draft, "w", text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC" || !existsSync(spare)) throw error;
    rmSync(draft, { force: true });
    // Written over, since its blocks are there already.
    draft = spare;
    write(draft, "r+", text.padEnd(spareBytes));
  }
  renameSync(draft, path);
  const directory = openSync(dirname(path), "r");
  fsyncSync(directory);
  closeSync(directory);
  keepSpare(spare);
}

function keepSpare(spare: string): void {
  if (existsSync(spare)) return;
  try {
    write(spare, "w", "".padEnd(spareBytes));
  } catch {
    // One that is not whole would not keep its promise.
    rmSync(spare, { force: true });
  }
}

function write(path: string, how: "w" | "r+", text: string): void {
  const file = openSync(path, how, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
