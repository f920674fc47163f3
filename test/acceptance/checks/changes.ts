import { describe, expect, test } from "vitest";
import type { Deployment } from "../../support/deployment.ts";
import type { Containers } from "./containers.ts";

/** A deployment that nobody has changed is left alone. */
export function changeChecks(of: () => { deployment: Deployment; containers: Containers }): void {
  describe("changes", () => {
    test("a second up plans nothing and restarts nothing, also after a refresh", async () => {
      const { deployment, containers } = of();
      const before = await containers.startTimes();
      await deployment.up("--expect-no-changes");
      await deployment.mustRun("refresh", "--stack", deployment.stack, "--yes", "--skip-preview");
      await deployment.up("--expect-no-changes");
      expect(await containers.startTimes()).toEqual(before);
    });
  });
}
