import { describe, expect, test } from "vitest";
import { addCounts, countsOf } from "./counts.ts";

const report = (changes: object) =>
  JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: [{ status: "passed", assertionResults: [{}, {}, {}, {}] }],
    ...changes,
  });

describe("the counts of a run", () => {
  test.each([
    ["all passed", 0, report({}), { passed: 3, failed: 0, skipped: 1 }],
    ["one failed", 1, report({ numFailedTests: 1 }), { passed: 3, failed: 1, skipped: 1 }],
    [
      "a file that could not be loaded",
      1,
      report({ testResults: [{ status: "failed", assertionResults: [] }] }),
      { passed: 3, failed: 1, skipped: 1 },
    ],
    ["an error outside of any test", 1, report({}), { passed: 3, failed: 1, skipped: 1 }],
    ["a runner that died", 137, undefined, { passed: 0, failed: 1, skipped: 0 }],
  ])("%s", (_, code, text, expected) => {
    expect(countsOf(code, text)).toEqual(expected);
  });

  test("add up", () => {
    const counts = { passed: 1, failed: 2, skipped: 3 };
    expect(addCounts(counts, counts)).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
