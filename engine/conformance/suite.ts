/** What the two suites of this folder have in common. */
import type { TestContext } from "vitest";
import { caseNames, loadCase, type Case } from "./case.ts";
import type { Engine } from "./engines.ts";
import { observe, type Observed } from "./record.ts";

export function suiteCases(): { readonly cases: Case[]; readonly supported: Case[] } {
  // Those that need a cluster are run by the suite kubernetes.
  const cases = caseNames()
    .map(loadCase)
    .filter((testCase) => !testCase.cluster);
  return { cases, supported: cases.filter((testCase) => testCase.refused === undefined) };
}

/** The workspace goes when the test is over. */
export async function observed(
  testCase: Case,
  engine: Engine,
  finish: TestContext["onTestFinished"],
): Promise<Observed> {
  const result = await observe(testCase, engine);
  finish(() => result.workspace.dispose());
  return result;
}
