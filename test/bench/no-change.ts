import { createRequire } from "node:module";
import { projectDirectory } from "../../commands/support/paths.ts";
import { run } from "../../commands/support/process.ts";
import type { Deployment } from "../support/deployment.ts";
import { startEcho } from "./echo.ts";
import { median, timed, type Figure } from "./figures.ts";

const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run");
const ROUNDS = 7;

/** A second `up` that has nothing to do, against starting Node and evaluating the program, in turn. */
export async function noChange(deployment: Deployment): Promise<Figure[]> {
  using echo = await startEcho();
  const ups: number[] = [];
  const evaluations: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const up = await timed(() => deployment.up("--expect-no-changes"));
    const evaluation = await timed(() => evaluate(deployment, echo.address));
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
      what: "start of Node and evaluation of the program by the SDK's own runner, median",
      value: `${median(evaluations).toFixed(2)} s`,
    },
    { what: "ratio, median of the pairs", value: median(ratios).toFixed(2), goal: "at most 1.5" },
  ];
}

/** The program under the SDK's runner, as every engine starts it, with an engine that answers at once. */
async function evaluate(deployment: Deployment, address: string): Promise<void> {
  const args = [
    ...[runner, `--monitor=${address}`, `--engine=${address}`, "--organization=organization"],
    ...["--project=synfleet", "--stack=bench", `--pwd=${projectDirectory}`, "--parallel=16"],
    "index.ts",
  ];
  const { code, stdout, stderr } = await run(process.execPath, args, {
    cwd: projectDirectory,
    env: {
      ...process.env,
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_CONFIG: JSON.stringify(deployment.programConfig()),
    },
  });
  if (code !== 0) throw new Error(`evaluation ended with ${code}: ${stdout}${stderr}`);
}
