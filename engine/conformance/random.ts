/** Both engines on programs drawn at random: where they differ, a case is missing. */
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { differences } from "./differences.ts";
import { offline, type Engine } from "./engines.ts";
import { histories } from "./programs.ts";
import { observe, type RunRecord } from "./record.ts";
import type { Case } from "./case.ts";

type Essence = Pick<RunRecord, "run" | "exitCode" | "steps" | "changes" | "state">;

const essence = (runs: readonly RunRecord[]): Essence[] =>
  runs.map(
    ({ run, exitCode, steps, changes, state }) =>
      ({
        run,
        exitCode,
        steps: steps.map((step) => settled(step, exitCode)),
        changes,
        state,
      }) as Essence,
  );

/** A run that fails ends before or after a component has said that it is done. */
const settled = (step: RunRecord["steps"][number], exitCode: number): RunRecord["steps"][number] =>
  exitCode !== 0 && /::any:index:Group::/.test(step.urn) ? { ...step, outcome: "done" } : step;

async function essenceOn(testCase: Case, engine: Engine) {
  const { runs, workspace } = await observe(testCase, engine);
  workspace.dispose();
  return essence(runs);
}

/** Up to the first run that differs: what comes after it follows from it. */
function firstDifference(theirs: readonly Essence[], ours: readonly Essence[]): string[] {
  const at = theirs.findIndex((run, index) => !isDeepStrictEqual(run, ours[index]));
  if (at < 0) return [];
  const [{ steps: wanted, ...their }, { steps: got, ...our }] = [theirs[at]!, ours[at]!];
  const lines = (steps: Essence["steps"]): string[] =>
    steps.map((step) => `${step.op} ${step.urn.split("::").at(-1)} ${JSON.stringify(step)}`);
  return differences(
    { steps: lines(wanted), ...their },
    { steps: lines(got), ...our },
    `run ${at}`,
  );
}

/** Tells of each history that is not the same on both; their number comes back. */
export async function compareRandom(cli: Engine, seed: number, count: number): Promise<number> {
  let different = 0;
  for (const [number, testCase] of fc.sample(histories, { seed, numRuns: count }).entries()) {
    const [theirs, ours] = await Promise.all([
      essenceOn(testCase, cli),
      essenceOn(testCase, offline),
    ]);
    const found = firstDifference(theirs, ours);
    if (found.length === 0) continue;
    different++;
    const program = testCase.runs.map(
      ({ run, config }) => `  ${run}\n    ${JSON.stringify(config?.["resources"])}`,
    );
    console.log(`${number}:\n${program.join("\n")}\n${found.join("\n")}`);
  }
  console.log(`${count - different} of ${count} programs are the same (seed ${seed})`);
  return different;
}
