/** Programs that a lab starts, by their words: no shell between. */
import { spawn } from "node:child_process";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end; whatever its exit code, that is a result. */
export function run(
  words: readonly string[],
  { input = "", environment = {} }: { input?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = words;
    const child = spawn(program, args, { env: { ...process.env, ...environment } });
    const result = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => (result[stream] += text));
    child.once("error", reject);
    child.once("close", (code, signal) =>
      signal
        ? reject(new Error(`${words.join(" ")}: ended by ${signal}`))
        : resolve({ code: code ?? -1, ...result }),
    );
    child.stdin.on("error", () => undefined).end(input);
  });
}

/** What it printed, without the last line's end; an error where it ends with anything but 0. */
export async function must(
  words: readonly string[],
  options?: Parameters<typeof run>[1],
): Promise<string> {
  return printed(words, await run(words, options));
}

export function printed(words: readonly string[], { code, stdout, stderr }: Result): string {
  if (code === 0) return stdout.trimEnd();
  throw new Error(
    `${words.slice(0, 12).join(" ")}: exit code ${code}: ${(stderr || stdout).trim().slice(-4000)}`,
  );
}

/** The words for the shell of a machine that takes one text, as SSH hands it over. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
}
