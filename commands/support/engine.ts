import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
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

const shimDirectory = join(projectDirectory, "node_modules", ".bin");
const shim = join(shimDirectory, "pulumi");
const memory = join(cacheDirectory, "pulumi-cli.json");

/** How long the npm package `pulumi` may try to bring the CLI, in milliseconds, before the offline engine is taken. */
const DOWNLOAD_LIMIT_MS = 120_000;
/** How long a failed attempt is remembered, in milliseconds: a machine that gets a network is asked again the next day. */
const REMEMBER_MS = 24 * 3600 * 1000;

/** Which engine runs the program: the user's word, else the CLI on PATH, else the one npm brings, else the offline one. */
export async function chooseEngine(env = process.env): Promise<Engine> {
  const wanted = env["SYNFLEET_ENGINE"] ?? "";
  if (!["", "pulumi", "offline"].includes(wanted)) {
    throw new Failure(
      `SYNFLEET_ENGINE: got "${wanted}"; allowed: pulumi, offline. Unset it to let Synfleet choose.`,
    );
  }
  if (wanted === "offline") return offline("SYNFLEET_ENGINE=offline");
  const onPath = findOnPath(env["PATH"] ?? "");
  if (onPath) return { kind: "pulumi", program: onPath, leadingArgs: [], reason: "found on PATH" };
  if (await npmBringsCli(wanted === "pulumi")) {
    return {
      kind: "pulumi",
      program: shim,
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

function offline(reason: string): Engine {
  const main = join(projectDirectory, "engine", "src", "main.ts");
  return { kind: "offline", program: process.execPath, leadingArgs: [main], reason };
}

/** The first `pulumi` on PATH that is not npm's, which is there whether or not it has a CLI to start. */
function findOnPath(path: string): string | undefined {
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

async function npmBringsCli(insist: boolean): Promise<boolean> {
  if (!isExecutable(shim)) return false;
  const remembered = await recall();
  if (remembered && (remembered.works || !insist)) return remembered.works;
  const { code } = await run(shim, ["version"], { timeoutMs: DOWNLOAD_LIMIT_MS });
  await mkdir(cacheDirectory, { recursive: true });
  await writeFile(memory, JSON.stringify({ works: code === 0, triedAt: Date.now() }));
  return code === 0;
}

async function recall(): Promise<{ works: boolean } | undefined> {
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
