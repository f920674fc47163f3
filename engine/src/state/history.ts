/** The records of what was done to a stack, which the CLI keeps and reads too. */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StackFiles } from "./backend.ts";
import { cannot, readIfThere } from "./files.ts";
import { readShape } from "./shape.ts";

export interface UpdateRecord {
  readonly kind: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly message: string;
  readonly version?: number;
  readonly environment?: { readonly [key: string]: string };
  readonly config?: { readonly [key: string]: unknown };
  readonly result: string;
  readonly resourceChanges?: { readonly [op: string]: number } | null;
}

const RECORD = {
  kind: "text",
  startTime: "number",
  endTime: "number",
  message: "text",
  environment: "object",
  config: "object",
  result: "text",
  resourceChanges: "object",
} as const;

const names = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw cannot("read", folder, error);
  });

/** The latest first. */
export async function readHistory(
  files: StackFiles,
  page: number,
  size: number,
): Promise<UpdateRecord[]> {
  const entries = (await names(files.history)).filter((name) => name.endsWith(".history.json"));
  entries.sort().reverse();
  const start = size > 0 ? (Math.max(1, page) - 1) * size : 0;
  const wanted = entries.slice(start, size > 0 ? start + size : undefined);
  return Promise.all(
    wanted.map(async (name) => {
      const path = join(files.history, name);
      const text = (await readIfThere(path)) ?? "";
      return readShape<UpdateRecord>(text, path, RECORD, "move it out of that folder");
    }),
  );
}

/** After a stack got another name: its records go along, under the name they must then have. */
export async function moveHistory(from: StackFiles, to: StackFiles): Promise<void> {
  for (const name of await names(from.history)) {
    const dash = name.lastIndexOf("-");
    if (dash < 0 || name.slice(0, dash) !== from.stack) continue;
    const PRIVATE_FOLDER = 0o700;
    await mkdir(to.history, { recursive: true, mode: PRIVATE_FOLDER });
    await rename(join(from.history, name), join(to.history, to.stack + name.slice(dash)));
  }
}

/** The states from before this one, which `stack rm` otherwise leaves. */
export async function removeBackups(files: StackFiles): Promise<void> {
  await rm(`${files.state}.bak`, { force: true });
  await rm(files.backups, { recursive: true, force: true });
}
