/** Both engines on programs drawn at random: where they differ, a case is missing. */
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { differences } from "./differences.ts";
import { offline, type Engine } from "./engines.ts";
import { histories } from "./programs.ts";
import { observe, type RunRecord } from "./record.ts";
import type { Case } from "./case.ts";

type Essence = Pick<RunRecord, "run" | "exitCode" | "steps" | "changes" | "state">;

/**
 * What both engines have to agree on. How far the others have come when one step fails is a matter of time, and all that follows
 * with it: of a run that fails only the failures count, and it is the last.
 */
function essence(runs: readonly RunRecord[]): Essence[] {
  const failed = runs.findIndex(({ exitCode }) => exitCode !== 0);
  return runs
    .slice(0, failed < 0 ? runs.length : failed + 1)
    .map(({ run, exitCode, steps, changes, state }): Essence => {
      if (exitCode === 0)
        return {
          run,
          exitCode,
          steps,
          ...(changes ? { changes } : {}),
          ...(state === undefined ? {} : { state }),
        };
      return { run, exitCode, steps: steps.filter(({ outcome }) => outcome === "failed") };
    });
}

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
