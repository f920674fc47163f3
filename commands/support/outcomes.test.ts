import { describe, expect, test } from "vitest";
import { afterAnotherTry, outcomeOf, outcomesOf, worthAnotherTry } from "./outcomes.ts";

const passing = {
  name: "a.test.ts",
  status: "passed",
  assertionResults: [{ status: "passed" }, { status: "pending" }, { status: "todo" }],
};
const passed = { file: "a.test.ts", passed: 1, skipped: 2, failures: [], unsteady: [] };
const report = (...testResults: object[]) =>
  JSON.stringify({ testResults: [passing, ...testResults] });
const failing = {
  name: "b.test.ts",
  status: "failed",
  assertionResults: [
    { status: "passed", fullName: "a port opens" },
    { status: "failed", fullName: "a port closes" },
    { status: "failed", fullName: "a port stays" },
  ],
};
const failed = {
  file: "b.test.ts",
  passed: 1,
  skipped: 0,
  failures: ["b.test.ts: a port closes", "b.test.ts: a port stays"],
  unsteady: [],
};

describe("the outcomes of a run", () => {
  test.each([
    ["all passed", 0, report(), [passed]],
    ["two failed", 1, report(failing), [passed, failed]],
    [
      "a file that could not be loaded",
      1,
      report({ name: "c.test.ts", status: "failed", assertionResults: [] }),
      [passed, outcomeOf("c.test.ts", ["c.test.ts: not loaded"])],
    ],
    [
      "a file whose tests were skipped since it could not be set up",
      1,
      report({ ...failing, assertionResults: [{ status: "skipped", fullName: "a port opens" }] }),
      [passed, { ...outcomeOf("b.test.ts", ["b.test.ts: not loaded"]), skipped: 1 }],
    ],
    [
      "one that says why",
      1,
      report({
        name: "d.test.ts",
        status: "failed",
        assertionResults: [
          {
            status: "failed",
            fullName: "a port opens",
            failureMessages: [
              `Error: up ended with 1:\n${"more\n".repeat(20)}refused\n    at Deployment.mustRun (deployment.ts:97:27)`,
            ],
          },
        ],
      }),
      [
        passed,
        outcomeOf("d.test.ts", [
          `d.test.ts: a port opens\n    Error: up ended with 1:\n${"    more\n".repeat(4)}    … 7 lines …\n${"    more\n".repeat(9)}    refused`,
        ]),
      ],
    ],
    [
      "an error outside of any test",
      1,
      report(),
      [passed, outcomeOf("unit", ["unit: an error outside of any test"])],
    ],
    [
      "a runner that died",
      137,
      undefined,
      [outcomeOf("unit", ["unit: ended with 137 and without a report"])],
    ],
  ])("%s", (_, code, text, outcomes) => {
    expect(outcomesOf("unit", code, text)).toEqual(outcomes);
  });
});

describe("another try", () => {
  test("is for the files that failed, unless many did", () => {
    expect(worthAnotherTry([passed, failed])).toEqual(["b.test.ts"]);
    expect(worthAnotherTry([passed])).toEqual([]);
    expect(worthAnotherTry([failed, failed, failed, failed])).toEqual([]);
  });

  test("that passes is what counts, and what failed before is remembered", () => {
    const second = { ...failed, passed: 3, failures: [] };
    expect(afterAnotherTry([passed, failed], [second])).toEqual([
      passed,
      { ...second, unsteady: failed.failures },
    ]);
  });

  test("that fails as well is a failure", () => {
    const second = { ...failed, passed: 2, failures: ["b.test.ts: a port stays"] };
    expect(afterAnotherTry([passed, failed], [second])).toEqual([passed, second]);
  });

  test("whose runner died is a failure, whatever else passed", () => {
    const died = outcomeOf("integration", ["integration: ended with 137 and without a report"]);
    expect(afterAnotherTry([passed, failed], [died])).toEqual([passed, failed, died]);
  });
});
