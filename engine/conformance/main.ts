/** npm run conformance: records goldens with the CLI, or shows where an engine differs from them. */
import { availableParallelism } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { caseNames, comparable, loadCase } from "./case.ts";
import { findCli, offline, type Engine } from "./engines.ts";
import { readGolden, writeGolden } from "./golden.ts";
import { observe, type CaseRecord } from "./record.ts";
import { differences } from "./differences.ts";
import { compareRandom } from "./random.ts";
import { clusterRecords } from "./kubernetes.ts";

const help = `Usage: npm run conformance -- record|compare [CASE…]
       npm run conformance -- random [SEED [COUNT]]

record   runs the cases (or all) on the Pulumi CLI and keeps what it gave under engine/conformance/golden.
compare  runs them on the offline engine and shows where it differs from that; ends with 1 when it does.
random   runs programs drawn at random on both engines and shows where they differ; 20 when no count is given.`;

async function recordOf(name: string, engine: Engine): Promise<CaseRecord> {
  const testCase = loadCase(name);
  const { versions, runs, workspace } = await observe(testCase, engine);
  workspace.dispose();
  return { versions, runs: testCase.cluster ? clusterRecords(runs) : runs };
}

/** Most of a case is one process waiting for another. */
const AT_A_TIME = availableParallelism() + 1;

async function each(
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  const left = [...names];
  const take = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) await work(name);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, take));
}

function needed(why: string): Engine | undefined {
  const cli = findCli();
  if (typeof cli !== "string") return cli;
  console.error(`conformance: ${cli}; ${why}`);
  return undefined;
}

async function random([seed = Date.now(), count = 20]: readonly (
  string | number
)[]): Promise<number> {
  const cli = needed("programs drawn at random have no goldens: both engines run them");
  if (!cli) return 1;
  return (await compareRandom(cli, Number(seed), Number(count))) === 0 ? 0 : 1;
}

async function main([verb, ...names]: string[]): Promise<number> {
  if (verb === "random") return random(names);
  const known = caseNames();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`conformance: got ${unknown.join(", ")}; allowed: ${known.join(", ")}`);
    return 1;
  }
  const wanted = names.length > 0 ? names : known;
  if (verb === "record") {
    const cli = needed("goldens are what the CLI gives, so record them where it is");
    if (!cli) return 1;
    await each(wanted, async (name) => {
      writeGolden(name, await recordOf(name, cli));
      console.log(`recorded ${name}`);
    });
    return 0;
  }
  if (verb === "compare") {
    let different = 0;
    await each(wanted, async (name) => {
      // That it is refused, the tests see.
      const testCase = loadCase(name);
      if (testCase.refused !== undefined) return;
      const [wanted, got] = [readGolden(name), await recordOf(name, offline)].map(({ runs }) =>
        comparable(testCase, runs),
      );
      if (isDeepStrictEqual(wanted, got)) return;
      different++;
      console.log(`${name}:\n${differences(wanted, got).join("\n")}`);
    });
    console.log(`${wanted.length - different} of ${wanted.length} cases are the same`);
    return different === 0 ? 0 : 1;
  }
  console.log(help);
  return verb === undefined || verb === "--help" ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
