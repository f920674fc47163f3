/** The offline engine beside the Pulumi CLI, start of plugins included: `npm run bench:engine`, the table of engine/README.md. */
import { table } from "../../../commands/support/table.ts";
import { findCli, offline } from "../../../engine/conformance/engines.ts";
import { median } from "../figures.ts";
import { devStack } from "./dev-stack.ts";
import { upMany } from "./many.ts";

const ROUNDS = 3;
const cli = findCli();
const rows: string[][] = [["what", "offline engine", "Pulumi CLI", "ratio", "goal"]];
const seconds = (values: readonly number[]): string => `${median(values).toFixed(2)} s`;
const ratios = (over: readonly number[], under: readonly number[]): string =>
  median(over.map((value, round) => value / under[round]!)).toFixed(2);

if (typeof cli === "string") console.log(`Against the Pulumi CLI: skipped: ${cli}`);
else {
  for (const { what, ours, theirs, goal } of await devStack(cli))
    rows.push([what, seconds(ours), seconds(theirs), ratios(ours, theirs), goal]);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await upMany(offline, 1000));
    theirs.push(await upMany(cli, 1000));
  }
  const what = "up of 1,000 resources: random values in components";
  rows.push([what, seconds(ours), seconds(theirs), ratios(ours, theirs), "at most 1"]);
}

const [few, many]: [number[], number[]] = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  few.push((await upMany(offline, 500)) / 500);
  many.push((await upMany(offline, 5000)) / 5000);
}
const each = (values: readonly number[]): string => `${(median(values) * 1000).toFixed(2)} ms`;
rows.push(["each of 500 resources", each(few), "", "", ""]);
rows.push(["each of 5,000 resources", each(many), "", "", ""]);
rows.push(["each of 5,000 ÷ each of 500", "", "", ratios(many, few), "at most 1.2"]);
console.log(table(rows));
