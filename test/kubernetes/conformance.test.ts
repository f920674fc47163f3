/** The conformance cases that need a cluster: the offline engine against what the Pulumi CLI left there, and stacks that move. */
import { beforeAll, describe, expect, test, type TestContext } from "vitest";
import { caseNames, loadCase, type Case } from "../../engine/conformance/case.ts";
import { findCli, offline, type Engine } from "../../engine/conformance/engines.ts";
import { readGolden } from "../../engine/conformance/golden.ts";
import { handOver } from "../../engine/conformance/handover.ts";
import { clusterRecords } from "../../engine/conformance/kubernetes.ts";
import { observe } from "../../engine/conformance/record.ts";
import { kubeconfig, run } from "./lab.ts";

process.env["KUBECONFIG"] = kubeconfig;

const cli = findCli();
const cases = caseNames()
  .map(loadCase)
  .filter((testCase) => testCase.cluster);

async function observed(testCase: Case, engine: Engine, finish: TestContext["onTestFinished"]) {
  const { runs, workspace } = await observe(testCase, engine);
  finish(() => workspace.dispose());
  return { runs: clusterRecords(runs), workspace };
}

// What a run that was broken off has left would be another beginning than the golden's.
beforeAll(async () => {
  const kubectl = async (...args: string[]) => (await run("kubectl", args)).stdout;
  const left = (await kubectl("get", "namespaces,crd", "-o", "name")).split("\n");
  const ours = left.filter((name) => /\/conformance-|\.conformance\.example\.com$/.test(name));
  if (ours.length > 0) await kubectl("delete", ...ours);
}, 120_000);

// Each case has names of its own on the cluster, which its own runs share: one after the other.
describe.concurrent("cases", () => {
  test.for(cases)("$name", async (testCase, { expect, onTestFinished }) => {
    const golden = readGolden(testCase.name);
    const ours = await observed(testCase, offline, onTestFinished);
    expect(ours.runs).toEqual(golden.runs);
    if (typeof cli === "string") return;
    const theirs = await observed(testCase, cli, onTestFinished);
    expect(theirs.runs).toEqual(golden.runs);
    // What the last `up` made, with its settings and not those of a preview after it.
    const lastUp = testCase.runs.findLastIndex(({ run }) => run.startsWith("up "));
    const standing = { ...testCase, runs: testCase.runs.slice(0, lastUp + 1) };
    for (const [from, to] of [
      [offline, cli],
      [cli, offline],
    ] as const) {
      const { workspace } = await observe(standing, from);
      onTestFinished(() => workspace.dispose());
      try {
        expect(await handOver(workspace, from, to), `from ${from.name} to ${to.name}`).toEqual([]);
      } finally {
        await workspace.run(to, ["destroy", "--yes", "--skip-preview"]);
      }
    }
  });
});

if (typeof cli === "string") test.skip(`stacks move between the engines (skipped: ${cli})`);
else
  test("the last run of each case removes what it made", () => {
    for (const { runs } of cases) expect(runs.at(-1)?.run).toMatch(/^destroy /);
  });
