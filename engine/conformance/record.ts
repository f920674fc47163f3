/** Runs a case on an engine and tells what happened, in a form that is the same whenever nothing of note differs. */
import { rmSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Case } from "./case.ts";
import type { Engine } from "./engines.ts";
import { changesOf, readEvents, stepsOf, unordered, type Step } from "./events.ts";
import { Names, normalizeText, plainText } from "./normalize.ts";
import { previewDocument } from "./preview-document.ts";
import { readState, type State } from "./state.ts";
import { Workspace } from "./workspace.ts";

export interface RunRecord {
  readonly run: string;
  readonly exitCode: number;
  readonly steps: readonly Omit<Step, "began" | "ended">[];
  readonly changes?: { readonly [op: string]: number };
  readonly text?: readonly string[];
  readonly document?: unknown;
  /** Left out where the run has left it as it was; null where there is none any more. */
  readonly state?: State | null;
}

export interface CaseRecord {
  readonly versions: { readonly [part: string]: string };
  readonly runs: readonly RunRecord[];
}

export interface Observed extends CaseRecord {
  /** By run, the steps in time. */
  readonly ordered: readonly (readonly Step[])[];
  readonly workspace: Workspace;
}

/** Commands that know --event-log and the other flags of a run. */
const OPERATIONS = new Set(["up", "preview", "refresh", "destroy", "import"]);

export function argumentsOf(workspace: Workspace, run: string): string[] {
  const words = run.split(" ");
  const common = ["--non-interactive", "--color", "never"];
  return OPERATIONS.has(words[0]!)
    ? [...words, ...common, "--event-log", workspace.eventLog]
    : [...words, ...common];
}

/** The caller disposes of the workspace. */
export async function observe(testCase: Case, engine: Engine): Promise<Observed> {
  const workspace = new Workspace(testCase);
  const names = new Names();
  const raw: { record: RunRecord; steps: Step[] }[] = [];
  const before = new Map<string, State | undefined>();
  await workspace.configure({});
  for (const run of testCase.runs) {
    if (run.stack) await workspace.select(run.stack);
    if (run.config) await workspace.configure(run.config);
    if (run.before) {
      const { code, stderr } = await workspace.shell(run.before);
      if (code !== 0)
        throw new Error(`${testCase.name}: ${run.before} ended with ${code}: ${stderr}`);
    }
    rmSync(workspace.eventLog, { force: true });
    const { code, stdout, stderr } = await workspace.run(engine, argumentsOf(workspace, run.run));
    const events = readEvents(workspace.eventLog);
    const steps = stepsOf(events);
    const state = await readState(workspace.state);
    if (state) names.learn(state);
    const changes = changesOf(events);
    const json = / --json\b/.test(run.run);
    const document = json ? previewDocument(plainText(stdout, workspace.root)) : undefined;
    if (document) names.learnPlanned(document);
    raw.push({
      steps,
      record: {
        run: run.run,
        exitCode: code,
        steps: unordered(steps),
        ...(changes ? { changes } : {}),
        ...(json ? { document } : { text: normalizeText(`${stdout}${stderr}`, workspace.root) }),
        ...(isDeepStrictEqual(state, before.get(workspace.state)) ? {} : { state: state ?? null }),
      },
    });
    before.set(workspace.state, state);
  }
  // Only now are all random values known: a preview may show what a later state tells to be random.
  return {
    versions: engine.versions,
    runs: raw.map(({ record }) => names.json(record)),
    ordered: raw.map(({ steps }) => steps),
    workspace,
  };
}
