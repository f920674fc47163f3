/** Where the Pulumi CLI is at hand: it still gives what is kept of it, and stacks go from one engine to the other and back. */
import { describe, test } from "vitest";
import { findCli, offline } from "./engines.ts";
import { readGolden } from "./golden.ts";
import { handOver } from "./handover.ts";
import { observed, suiteCases } from "./suite.ts";

const cli = findCli();
const { cases, supported } = suiteCases();

if (typeof cli === "string") {
  test.skip(`what the CLI gives is what is kept of it (skipped: ${cli})`);
  test.skip(`a stack moves between the engines (skipped: ${cli})`);
} else {
  describe.concurrent("what the CLI gives is what is kept of it", () => {
    test.for(cases)("$name", async (testCase, { expect, onTestFinished }) => {
      const theirs = await observed(testCase, cli, onTestFinished);
      const golden = readGolden(testCase.name);
      // Of the plugins that were there when it was kept: one that came later has no part in it.
      expect(theirs.versions).toMatchObject(golden.versions);
      expect(theirs.runs).toEqual(golden.runs);
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
