import { fileURLToPath } from "node:url";
import { run } from "../../commands/support/process.ts";
import type { Deployment } from "../support/deployment.ts";
import { median, timed, type Figure } from "./figures.ts";

const evaluateProgram = fileURLToPath(new URL("./evaluate.ts", import.meta.url));
const ROUNDS = 7;

/** A second `up` that has nothing to do, against starting Node and evaluating the program, in turn. */
export async function noChange(deployment: Deployment): Promise<Figure[]> {
  const ups: number[] = [];
  const evaluations: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const up = await timed(() => deployment.up("--expect-no-changes"));
    const evaluation = await timed(() => evaluate(deployment));
    // The first round only warms the caches.
    if (round > 0) {
      ups.push(up.seconds);
      evaluations.push(evaluation.seconds);
    }
  }
  const ratios = ups.map((seconds, round) => seconds / evaluations[round]!);
  return [
    { what: "up without a change, median", value: `${median(ups).toFixed(2)} s` },
    {
      what: "start of Node and evaluation of the program, median",
      value: `${median(evaluations).toFixed(2)} s`,
    },
    { what: "ratio, median of the pairs", value: median(ratios).toFixed(2), goal: "at most 1.5" },
  ];
}

async function evaluate(deployment: Deployment): Promise<void> {
  const env = { ...process.env, PULUMI_CONFIG: JSON.stringify(deployment.programConfig()) };
  const { code, stderr } = await run(process.execPath, [evaluateProgram], { env });
  if (code !== 0) throw new Error(`evaluation ended with ${code}: ${stderr}`);
}
