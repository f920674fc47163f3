/** What a member must not forget: who was made master, and by which decision. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
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

/** On disk before it returns: a decision that a crash could undo is none. */
export function saveState(path: string, state: State): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  writeSync(file, `${JSON.stringify(state)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
  const directory = openSync(dirname(path), "r");
  fsyncSync(directory);
  closeSync(directory);
}
