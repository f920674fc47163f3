/** Programs in the containers of a stack's members. */
import { Failure } from "./failure.ts";
import type { Ended } from "./process.ts";

/** Runs a program in the container of the workload with this alias, or of a companion of it. */
export type Exec = (alias: string, argv: readonly string[], companion?: string) => Promise<Ended>;

/** What the program printed; its last words when it fails. */
export async function answer(exec: Exec, alias: string, argv: readonly string[]): Promise<string> {
  const ended = await exec(alias, argv);
  if (ended.code === 0) return ended.stdout.trim();
  throw new Failure(`${alias}: ${lastWords(ended)}`);
}

/** The line that says why a program failed. */
export function lastWords({ stdout, stderr }: Ended): string {
  return (stderr || stdout)
    .trim()
    .split("\n")
    .at(-1)!
    .replace(/^synfleet: /, "");
}
