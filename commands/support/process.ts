import { spawn, type SpawnOptions } from "node:child_process";

export interface Ended {
  /** Exit code, or 128 + the signal's number as shells have it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** The child is ended after this time, in milliseconds. @default never */
  readonly timeoutMs?: number;
}

/** Runs a program to its end and keeps what it printed. A program that cannot be found ends with code 127. */
export function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  return start(program, args, options, { stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs a program to its end on this terminal; the code alone comes back. */
export async function show(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  return (await start(program, args, options, { stdio: "inherit" })).code;
}

function start(
  program: string,
  args: readonly string[],
  { env = process.env, cwd, input, timeoutMs }: RunOptions,
  spawnOptions: SpawnOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...spawnOptions, env, cwd, timeout: timeoutMs });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A child that ends without reading its input is no error of ours.
    child.stdin?.on("error", () => {}).end(input);
    child.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT"
        ? resolve({ code: 127, stdout, stderr: `${program}: not found` })
        : reject(error),
    );
    child.on("close", (code, signal) =>
      resolve({ code: code ?? (signal ? 143 : 1), stdout, stderr }),
    );
  });
}
