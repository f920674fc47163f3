import { describe, expect, test } from "vitest";
import { addCounts, countsOf } from "./counts.ts";

const passing = { name: "a.test.ts", status: "passed", assertionResults: [{ status: "passed" }] };
const report = (...testResults: object[]) =>
  JSON.stringify({
    numPassedTests: 3,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: [passing, ...testResults],
  });
const failing = {
  name: "b.test.ts",
  status: "failed",
  assertionResults: [
    { status: "passed", fullName: "a port opens" },
    { status: "failed", fullName: "a port closes" },
    { status: "failed", fullName: "a port stays" },
  ],
};

describe("the counts of a run", () => {
  test.each([
    ["all passed", 0, report(), 3, []],
    ["two failed", 1, report(failing), 3, ["b.test.ts: a port closes", "b.test.ts: a port stays"]],
    [
      "a file that could not be loaded",
      1,
      report({ name: "c.test.ts", status: "failed", assertionResults: [] }),
      3,
      ["c.test.ts: not loaded"],
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
      3,
      [
        `d.test.ts: a port opens\n    Error: up ended with 1:\n${"    more\n".repeat(4)}    … 7 lines …\n${"    more\n".repeat(9)}    refused`,
      ],
    ],
    ["an error outside of any test", 1, report(), 3, ["unit: an error outside of any test"]],
    ["a runner that died", 137, undefined, 0, ["unit: ended with 137 and without a report"]],
  ])("%s", (_, code, text, passed, failures) => {
    const skipped = text === undefined ? 0 : 1;
    expect(countsOf("unit", code, text)).toEqual({
      passed,
      failed: failures.length,
      skipped,
      failures,
    });
  });

  test("add up", () => {
    const counts = { passed: 1, failed: 2, skipped: 3, failures: ["a", "b"] };
    expect(addCounts(counts, counts)).toEqual({
      ...{ passed: 2, failed: 4, skipped: 6 },
      failures: ["a", "b", "a", "b"],
    });
  });
});
