/** A case: one behaviour of the engine, as a Pulumi program and the commands run on it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CASES = join(import.meta.dirname, "cases");

/** A value of the stack's configuration; `secret` is written encrypted. */
export type ConfigValue = string | number | boolean | object | { readonly secret: string };

export interface Run {
  /** The command line after the program's name, words parted by single spaces. */
  readonly run: string;
  /** Changes of the configuration that come before it; they stay. A key without a namespace is the project's. */
  readonly config?: { readonly [key: string]: ConfigValue };
  /** The stack that it is run on, which then is there and stays for the runs after it; "dev" at first. */
  readonly stack?: string;
  /** A shell command run before it in the program's folder, for drift and other accidents. */
  readonly before?: string;
  /** The parts in which this engine is known not to be like the CLI, each with the reason. */
  readonly unlike?: { readonly [part in "text" | "changes"]?: string };
}

export interface Case {
  readonly name: string;
  readonly directory: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  /** Needs a Docker daemon. */
  readonly docker?: boolean;
  /** Needs a Kubernetes cluster: the lab of test/lab/kubernetes, or one with its images. Run by the suite kubernetes. */
  readonly cluster?: boolean;
  /** A command or flag of its runs that the offline engine refuses by this name. */
  readonly refused?: string;
  /** False where the stack does not outlive the runs, or is left half done on purpose. */
  readonly handover?: boolean;
  readonly runs: readonly Run[];
}

export function loadCase(name: string): Case {
  const directory = join(CASES, name);
  const text = readFileSync(join(directory, "case.json"), "utf8");
  return { ...(JSON.parse(text) as Omit<Case, "name" | "directory">), name, directory };
}

export const caseNames = (): string[] =>
  readdirSync(CASES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

/** Runs without what is known to be unlike. */
export const comparable = <Record extends object>(
  { runs }: Case,
  records: readonly Record[],
): Partial<Record>[] =>
  records.map((record, index) => {
    const unlike = runs[index]?.unlike ?? {};
    return Object.fromEntries(
      Object.entries(record).filter(([part]) => !(part in unlike)),
    ) as Partial<Record>;
  });
