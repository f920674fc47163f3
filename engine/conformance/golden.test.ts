/** The offline engine against what the Pulumi CLI gave for the same programs, as it is kept in golden/. */
import { describe, expect, test } from "vitest";
import { comparable } from "./case.ts";
import { offline } from "./engines.ts";
import { outOfOrder } from "./events.ts";
import { readGolden } from "./golden.ts";
import { observed, suiteCases } from "./suite.ts";

const { cases, supported } = suiteCases();

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
