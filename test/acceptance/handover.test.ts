import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCli, offline, type Engine } from "../../engine/conformance/engines.ts";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";

const cli = findCli();
const isThere = typeof cli !== "string";

interface Preview {
  readonly steps: readonly { readonly op: string; readonly urn: string }[];
}

/** What a preview would do, apart from what stays as it is. */
async function planned(deployment: Deployment): Promise<string[]> {
  const text = await deployment.mustRun("preview", "--stack", deployment.stack, "--json");
  return (JSON.parse(text) as Preview).steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn }) => `${op} ${urn}`)
    .sort();
}

const unattended = ["--yes", "--skip-preview", "--expect-no-changes"];

describe.skipIf(!isThere)(`one stack on two engines${isThere ? "" : ` (skipped: ${cli})`}`, () => {
  const pulumi = cli as Engine;
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.create();
  });

  afterAll(async () => {
    await deployment?.on(offline).remove();
  });

  /** The stack was left by one engine; the other sees it as it is, before and after it asks the world. */
  async function takenOverBy(engine: Engine): Promise<void> {
    deployment.on(engine);
    expect(await planned(deployment)).toEqual([]);
    await deployment.mustRun("refresh", "--stack", deployment.stack, ...unattended);
    await deployment.up("--expect-no-changes");
  }

  test("what the offline engine made, the Pulumi CLI takes over without a change, and back", async () => {
    await deployment.on(offline).up();
    const mine = await deployment.outputs();
    await takenOverBy(pulumi);
    expect(await deployment.outputs()).toEqual(mine);
    await takenOverBy(offline);
    expect(await deployment.outputs()).toEqual(mine);
  });

  test("a change of settings is the same plan on both", async () => {
    await deployment.set({ postgres: { maxConnections: 120 } });
    const plan = await planned(deployment.on(offline));
    expect(plan).not.toEqual([]);
    expect(await planned(deployment.on(pulumi))).toEqual(plan);
    await deployment.up();
    expect(await planned(deployment.on(offline))).toEqual([]);
  });

  test("the state of either is one that the other imports", async () => {
    for (const [from, to] of [
      [offline, pulumi],
      [pulumi, offline],
    ] as const) {
      const file = `${deployment.directory}/export.json`;
      await deployment
        .on(from)
        .mustRun("stack", "export", "--stack", deployment.stack, "--file", file);
      await deployment
        .on(to)
        .mustRun("stack", "import", "--stack", deployment.stack, "--file", file);
      expect(await planned(deployment)).toEqual([]);
    }
  });

  test("what the Pulumi CLI made, the offline engine takes over and removes", async () => {
    deployment.on(pulumi);
    await deployment.destroy();
    expect(await leftovers(deployment.prefix)).toEqual([]);
    await deployment.up();
    await takenOverBy(offline);
    await takenOverBy(pulumi);
    await deployment.on(offline).destroy();
    expect(await leftovers(deployment.prefix)).toEqual([]);
  });
});
