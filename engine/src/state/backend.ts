/** The folders of Pulumi's file backend: where the state of a stack is, and how it is replaced. */
import { link, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { parseCheckpoint, type RawCheckpoint } from "./checkpoint.ts";
import { cannot, copyWhole, readIfThere, sweepTemporaries, writeAtomically } from "./files.ts";
import { checkMeta, writeMeta } from "./meta.ts";
import { readShape } from "./shape.ts";

/** File backends have no organizations; Pulumi always says this. */
const ORGANIZATION = "organization";

export interface Backend {
  readonly url: string;
  readonly root: string;
  /** Keep each checkpoint of a run, not only those of its ends (`PULUMI_RETAIN_CHECKPOINTS`). */
  readonly retain?: boolean;
  /** Keep no copy of the state after each run (`PULUMI_DISABLE_CHECKPOINT_BACKUPS`). */
  readonly noBackups?: boolean;
}

/** Both are known under an older name too. */
const isSet = (env: NodeJS.ProcessEnv, name: string): boolean =>
  [`PULUMI_DIY_BACKEND_${name}`, `PULUMI_${name}`].some((key) =>
    ["1", "true"].includes(env[key]?.toLowerCase() ?? ""),
  );

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
    throw unsupported(
      `the state backend "${url.replace(/\/\/[^/@]*@/, "//")}"${sourceOf(env, projectUrl)} (file:// is)`,
    );
  const path = decodeURIComponent(url.slice("file://".length).split("?")[0]!);
  const kept = {
    url,
    retain: isSet(env, "RETAIN_CHECKPOINTS"),
    noBackups: isSet(env, "DISABLE_CHECKPOINT_BACKUPS"),
  };
  if (path === "~" || path.startsWith("~/"))
    return { ...kept, root: join(homedir(), path.slice(1)) };
  if (path.startsWith("/")) return { ...kept, root: fileURLToPath(`file://${path}`) };
  // A relative path in the project file is relative to the project, else to where the command was given.
  const base = !env["PULUMI_BACKEND_URL"] && projectUrl ? projectRoot : process.cwd();
  return { ...kept, root: resolve(base, path) };
}

const credentialsPath = (env: NodeJS.ProcessEnv): string =>
  join(pulumiHome(env), "credentials.json");

function sourceOf(env: NodeJS.ProcessEnv, projectUrl: string | undefined): string {
  if (env["PULUMI_BACKEND_URL"]) return " of PULUMI_BACKEND_URL";
  return projectUrl ? " of the project file" : ` of ${credentialsPath(env)}`;
}

async function loggedInUrl(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const path = credentialsPath(env);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  return readCredentials(text, path).current || undefined;
}

export interface Credentials {
  current?: string;
  accounts?: { [url: string]: object };
}

export function readCredentials(text: string, path: string): Credentials {
  const shape = { current: "text", accounts: "object" } as const;
  return readShape(text, path, shape, "delete it and log in again");
}

export class StackFiles {
  readonly backend: Backend;
  readonly project: string;
  readonly stack: string;
  readonly state: string;
  readonly locks: string;
  readonly history: string;
  readonly backups: string;
  private readonly meta: string;
  private hasMeta = false;
  private swept = false;

  constructor(backend: Backend, project: string, stack: string) {
    this.backend = backend;
    this.project = project;
    this.stack = stack;
    const base = join(backend.root, ".pulumi");
    this.meta = join(base, "meta.yaml");
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
    await this.checkMeta();
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

  /** Who saves holds the stack's lock. */
  async save(text: string | Buffer): Promise<void> {
    await this.checkMeta();
    if (!this.hasMeta) await writeMeta(this.meta);
    this.hasMeta = true;
    await this.keepBackup();
    await writeAtomically(this.state, text);
    if (this.backend.retain) await writeAtomically(`${this.state}.${nanoseconds()}`, text);
    if (this.swept) return;
    this.swept = true;
    await sweepTemporaries(this.state);
    // The CLI keeps the checksum of a blob beside it; ours would not match it any more.
    for (const name of [`${this.state}.attrs`, `${this.state}.bak.attrs`])
      await rm(name, { force: true });
  }

  /** The state before this write, under a second name: a link costs nothing and the rename leaves it alone. */
  private async keepBackup(): Promise<void> {
    const temporary = `${this.state}.bak.tmp`;
    try {
      await rm(temporary, { force: true });
      await link(this.state, temporary);
      await rename(temporary, `${this.state}.bak`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      await copyWhole(this.state, `${this.state}.bak`);
    }
  }

  private async checkMeta(): Promise<void> {
    this.hasMeta ||= await checkMeta(this.meta);
  }

  /** Keeps what was done and the state after it, where the CLI looks for them. */
  async addHistory(update: object): Promise<void> {
    const now = nanoseconds();
    const prefix = join(this.history, `${this.stack}-${now}`);
    await writeAtomically(`${prefix}.history.json`, JSON.stringify(update));
    await copyWhole(this.state, `${prefix}.checkpoint.json`);
    if (!this.backend.noBackups)
      await copyWhole(this.state, join(this.backups, `${this.stack}.${now}.json`));
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

/** As the CLI names such files; no two of one process are the same. */
let latest = 0n;
function nanoseconds(): bigint {
  const NANOSECONDS = 1_000_000n;
  const now = BigInt(Date.now()) * NANOSECONDS;
  latest = now > latest ? now : latest + 1n;
  return latest;
}

export async function listStacks(backend: Backend, project: string): Promise<string[]> {
  const directory = join(backend.root, ".pulumi", "stacks", project);
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw cannot("read", directory, error);
  });
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}
