/**
 * The offline engine against the Pulumi CLI, on the same programs. What the CLI gave is kept in golden/; where the CLI is at
 * hand, that is checked too, and stacks go from one engine to the other and back.
 */
import { describe, expect, test, type TestContext } from "vitest";
import { caseNames, comparable, loadCase, type Case } from "./case.ts";
import { findCli, offline, type Engine } from "./engines.ts";
import { outOfOrder } from "./events.ts";
import { readGolden } from "./golden.ts";
import { handOver } from "./handover.ts";
import { observe, type Observed } from "./record.ts";

const cli = findCli();
// Those that need a cluster are run by the suite kubernetes.
const cases = caseNames()
  .map(loadCase)
  .filter((testCase) => !testCase.cluster);

const supported = cases.filter((testCase) => testCase.refused === undefined);

type Finish = TestContext["onTestFinished"];

async function observed(testCase: Case, engine: Engine, finish: Finish): Promise<Observed> {
  const result = await observe(testCase, engine);
  finish(() => result.workspace.dispose());
  return result;
}

describe.concurrent("the offline engine does what the CLI did", () => {
  test.for(supported)("$name", async (testCase, { expect, onTestFinished }) => {
    const ours = await observed(testCase, offline, onTestFinished);
    const golden = readGolden(testCase.name);
    expect(comparable(testCase, ours.runs)).toEqual(comparable(testCase, golden.runs));
  });
});

describe.concurrent("what the offline engine leaves to the CLI it refuses by name", () => {
  test.for(cases.filter((testCase) => !supported.includes(testCase)))(
    "$name: $refused",
    async ({ refused, ...testCase }, { expect, onTestFinished }) => {
      const runs = testCase.runs.filter(({ run }) => run.split(" ").includes(refused!));
      const ours = await observed({ ...testCase, runs }, offline, onTestFinished);
      for (const { exitCode, steps, text } of ours.runs) {
        expect({ exitCode, steps }).toEqual({ exitCode: 255, steps: [] });
        expect(text!.join("\n")).toContain(refused);
      }
    },
  );
});

describe("steps wait for what they stand on", () => {
  test("a creation that begins too early is told", () => {
    const step = (op: string, urn: string, began: number, ended: number) =>
      ({ op, urn, outcome: "done", began, ended }) as const;
    const linked = [{ urn: "upper", dependencies: ["lower"] }];
    expect(
      outOfOrder([step("create", "lower", 0, 1), step("create", "upper", 2, 3)], linked),
    ).toEqual([]);
    expect(
      outOfOrder([step("create", "lower", 0, 2), step("create", "upper", 1, 3)], linked),
    ).toHaveLength(1);
    expect(
      outOfOrder([step("delete", "lower", 0, 2), step("delete", "upper", 1, 3)], linked),
    ).toHaveLength(1);
  });
});

if (typeof cli === "string") {
  test.skip(`what the CLI gives is what is kept of it (skipped: ${cli})`);
  test.skip(`a stack moves between the engines (skipped: ${cli})`);
} else {
  describe.concurrent("what the CLI gives is what is kept of it", () => {
    test.for(cases)("$name", async (testCase, { expect, onTestFinished }) => {
      const theirs = await observed(testCase, cli, onTestFinished);
      const golden = readGolden(testCase.name);
      expect({ versions: theirs.versions, runs: theirs.runs }).toEqual(golden);
    });
  });

  describe.concurrent("a stack moves between the engines", () => {
    test.for(supported.filter((c) => c.handover !== false))(
      "$name",
      async (testCase, { expect, onTestFinished }) => {
        for (const [from, to] of [
          [offline, cli],
          [cli, offline],
        ] as const) {
          const { workspace } = await observed(testCase, from, onTestFinished);
          expect(await handOver(workspace, from, to), `from ${from.name} to ${to.name}`).toEqual(
            [],
          );
        }
      },
    );
  });
}
