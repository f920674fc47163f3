import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { accessSync, constants } from "node:fs";
import { Failure } from "./failure.ts";
import { cacheDirectory, projectDirectory } from "./paths.ts";
import { run } from "./process.ts";

export interface Engine {
  readonly kind: "pulumi" | "offline";
  readonly program: string;
  readonly leadingArgs: readonly string[];
  /** Why this one, in a few words. */
  readonly reason: string;
}

/** Where to look; tests look elsewhere. */
export interface EnginePaths {
  /** What the npm package `pulumi` puts on PATH: it brings the CLI when it is first started. */
  readonly shim: string;
  /** Whether it could, the last time. */
  readonly memory: string;
  readonly offlineEngine: string;
}

const standardPaths: EnginePaths = {
  shim: join(projectDirectory, "node_modules", ".bin", "pulumi"),
  memory: join(cacheDirectory, "pulumi-cli.json"),
  offlineEngine: join(projectDirectory, "engine", "src", "main.ts"),
};

/** How long the npm package `pulumi` may try to bring the CLI, in milliseconds, before the offline engine is taken. */
const DOWNLOAD_LIMIT_MS = 120_000;
/** How long a failed attempt is remembered, in milliseconds: a machine that gets a network is asked again the next day. */
const REMEMBER_MS = 24 * 3600 * 1000;

/** Which engine runs the program: the user's word, else the CLI on PATH, else the one npm brings, else the offline one. */
export async function chooseEngine(env = process.env, paths = standardPaths): Promise<Engine> {
  const wanted = env["SYNFLEET_ENGINE"] ?? "";
  if (!["", "pulumi", "offline"].includes(wanted)) {
    throw new Failure(
      `SYNFLEET_ENGINE: got "${wanted}"; allowed: pulumi, offline. Unset it to let Synfleet choose.`,
    );
  }
  const offline = (reason: string): Engine => ({
    kind: "offline",
    program: process.execPath,
    leadingArgs: [paths.offlineEngine],
    reason,
  });
  if (wanted === "offline") return offline("SYNFLEET_ENGINE=offline");
  const onPath = findOnPath(env["PATH"] ?? "", dirname(paths.shim));
  if (onPath) return { kind: "pulumi", program: onPath, leadingArgs: [], reason: "found on PATH" };
  if (await npmBringsCli(paths, wanted === "pulumi")) {
    return {
      kind: "pulumi",
      program: paths.shim,
      leadingArgs: [],
      reason: "brought by the npm package pulumi",
    };
  }
  if (wanted === "pulumi") {
    throw new Failure(
      'SYNFLEET_ENGINE: got "pulumi", but there is no pulumi on PATH and it could not be downloaded; ' +
        "install it (https://www.pulumi.com/docs/install/) or set SYNFLEET_ENGINE=offline.",
    );
  }
  return offline("no Pulumi CLI here, and none could be downloaded");
}

/** The first `pulumi` on PATH that is not npm's, which is there whether or not it has a CLI to start. */
function findOnPath(path: string, shimDirectory: string): string | undefined {
  return path
    .split(delimiter)
    .filter(
      (folder) =>
        folder !== "" && folder !== shimDirectory && !folder.endsWith("node_modules/.bin"),
    )
    .map((folder) => join(folder, "pulumi"))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function npmBringsCli({ shim, memory }: EnginePaths, insist: boolean): Promise<boolean> {
  if (!isExecutable(shim)) return false;
  const remembered = await recall(memory);
  if (remembered && (remembered.works || !insist)) return remembered.works;
  const { code } = await run(shim, ["version"], { timeoutMs: DOWNLOAD_LIMIT_MS });
  await mkdir(dirname(memory), { recursive: true });
  await writeFile(memory, JSON.stringify({ works: code === 0, triedAt: Date.now() }));
  return code === 0;
}

async function recall(memory: string): Promise<{ works: boolean } | undefined> {
  try {
    const { works, triedAt } = JSON.parse(await readFile(memory, "utf8")) as {
      works: boolean;
      triedAt: number;
    };
    return works || Date.now() - triedAt < REMEMBER_MS ? { works } : undefined;
  } catch {
    return undefined;
  }
}
