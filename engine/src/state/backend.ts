/** The folders of Pulumi's file backend: where the state of a stack is, and how it is replaced. */
import { copyFile, link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { parseCheckpoint, type RawCheckpoint } from "./checkpoint.ts";
import { readIfThere, writeAtomically } from "./files.ts";

const META_VERSION = 1;
/** File backends have no organizations; Pulumi always says this. */
const ORGANIZATION = "organization";

export interface Backend {
  readonly url: string;
  readonly root: string;
}

export function pulumiHome(env: NodeJS.ProcessEnv): string {
  return env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}

/** Chooses the backend as the CLI does: variable, then project, then login, then the home folder. */
export async function findBackend(
  env: NodeJS.ProcessEnv,
  projectUrl: string | undefined,
  projectRoot: string,
): Promise<Backend> {
  const url = env["PULUMI_BACKEND_URL"] || projectUrl || (await loggedInUrl(env)) || "file://~";
  if (!url.startsWith("file://"))
    throw unsupported(`the state backend "${url.replace(/\/\/[^/@]*@/, "//")}" (file:// is)`);
  const path = decodeURIComponent(url.slice("file://".length).split("?")[0]!);
  if (path === "~" || path.startsWith("~/")) return { url, root: join(homedir(), path.slice(1)) };
  if (path.startsWith("/")) return { url, root: fileURLToPath(`file://${path}`) };
  // A relative path in the project file is relative to the project, else to where the command was given.
  const base = !env["PULUMI_BACKEND_URL"] && projectUrl ? projectRoot : process.cwd();
  return { url, root: resolve(base, path) };
}

async function loggedInUrl(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const text = await readIfThere(join(pulumiHome(env), "credentials.json"));
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as { current?: string }).current || undefined;
  } catch {
    return undefined;
  }
}

export class StackFiles {
  readonly backend: Backend;
  readonly project: string;
  readonly stack: string;
  readonly state: string;
  readonly locks: string;
  readonly history: string;
  readonly backups: string;
  private metaChecked = false;

  constructor(backend: Backend, project: string, stack: string) {
    this.backend = backend;
    this.project = project;
    this.stack = stack;
    const base = join(backend.root, ".pulumi");
    this.state = join(base, "stacks", project, `${stack}.json`);
    this.locks = join(base, "locks", ORGANIZATION, project, stack);
    this.history = join(base, "history", project, stack);
    this.backups = join(base, "backups", project, stack);
  }

  get qualifiedName(): string {
    return `${ORGANIZATION}/${this.project}/${this.stack}`;
  }

  /** The checkpoint, or undefined when there is no such stack. A damaged file throws and stays as it is. */
  async load(): Promise<RawCheckpoint | undefined> {
    const text = await readIfThere(this.state);
    if (text === undefined) {
      for (const extension of [".gz", ".zst"])
        if ((await readIfThere(this.state + extension)) !== undefined)
          throw unsupported(`the compressed state file ${this.state}${extension}`);
      return undefined;
    }
    return parseCheckpoint(text, this.state);
  }

  async loadExisting(): Promise<RawCheckpoint> {
    const raw = await this.load();
    if (!raw) throw new EngineError(`no stack named '${this.stack}' found`, EXIT.stackNotFound);
    return raw;
  }

  async save(text: string | Buffer): Promise<void> {
    await this.ensureMeta();
    await this.keepBackup();
    await writeAtomically(this.state, text);
    // The CLI keeps the checksum of a blob beside it; ours would not match it any more.
    for (const name of [`${this.state}.attrs`, `${this.state}.bak.attrs`])
      await rm(name, { force: true });
  }

  /** The state before this write, under a second name: a link costs nothing and the rename leaves it alone. */
  private async keepBackup(): Promise<void> {
    const temporary = `${this.state}.bak.tmp`;
    await rm(temporary, { force: true });
    try {
      await link(this.state, temporary);
      await rename(temporary, `${this.state}.bak`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      await copyFile(this.state, `${this.state}.bak`).catch(ignoreMissing);
    }
  }

  private async ensureMeta(): Promise<void> {
    if (this.metaChecked) return;
    this.metaChecked = true;
    const path = join(this.backend.root, ".pulumi", "meta.yaml");
    const text = await readIfThere(path);
    if (text === undefined) {
      await writeAtomically(path, `version: ${META_VERSION}\n`);
      return;
    }
    const version = /^version:\s*(\d+)/m.exec(text)?.[1];
    if (version !== String(META_VERSION))
      throw unsupported(`the state layout in ${path} (version ${version ?? "unknown"}; 1 is)`);
  }

  /** Keeps what was done and the state after it, where the CLI looks for them. */
  async addHistory(update: object): Promise<void> {
    const nanoseconds = `${BigInt(Date.now()) * 1_000_000n}`;
    await mkdir(this.history, { recursive: true, mode: 0o700 });
    await mkdir(this.backups, { recursive: true, mode: 0o700 });
    const prefix = join(this.history, `${this.stack}-${nanoseconds}`);
    await Promise.all([
      writeAtomically(`${prefix}.history.json`, JSON.stringify(update)),
      copyFile(this.state, `${prefix}.checkpoint.json`).catch(ignoreMissing),
      copyFile(this.state, join(this.backups, `${this.stack}.${nanoseconds}.json`)).catch(
        ignoreMissing,
      ),
    ]);
  }

  /** The record of the latest update, for `config refresh`. */
  async lastHistory(): Promise<{ config?: { [key: string]: unknown } } | undefined> {
    const names = await readdir(this.history).catch(() => [] as string[]);
    const last = names
      .filter((name) => name.endsWith(".history.json"))
      .sort()
      .at(-1);
    if (last === undefined) return undefined;
    const text = await readIfThere(join(this.history, last));
    return text === undefined
      ? undefined
      : (JSON.parse(text) as { config?: { [key: string]: unknown } });
  }

  /** The state goes, but for its last backup. */
  async retire(): Promise<void> {
    await rename(this.state, `${this.state}.bak`).catch(ignoreMissing);
    await rm(`${this.state}.attrs`, { force: true });
  }

  async remove(): Promise<void> {
    await this.retire();
    await rm(this.history, { recursive: true, force: true });
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

export async function listStacks(backend: Backend, project: string): Promise<string[]> {
  const directory = join(backend.root, ".pulumi", "stacks", project);
  const names = await readdir(directory).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}
