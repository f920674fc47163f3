import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";
import { findCli, offline, type Engine } from "../../engine/conformance/engines.ts";
import { Deployment } from "../support/deployment.ts";

const cli = findCli();
const isThere = typeof cli !== "string";

interface PolicyEvent {
  readonly resourceUrn?: string;
  readonly policyName: string;
  readonly enforcementLevel: string;
  readonly severity?: string;
  readonly message: string;
}

/** Of everything that breaks a rule nothing is made: a preview is enough. */
describe("the policy pack of this project", () => {
  let deployment: Deployment;
  let config: string;

  beforeAll(async () => {
    deployment = await Deployment.create({ publishAddress: "0.0.0.0" });
    config = join(deployment.directory, "policies.json");
    await writeFile(config, JSON.stringify({ "container-hardened": "advisory" }));
  });

  afterAll(() => rm(deployment.directory, { recursive: true, force: true }));

  async function violations(engine: Engine): Promise<readonly PolicyEvent[]> {
    const log = join(deployment.directory, `${engine.name}.jsonl`);
    const pack = join(projectDirectory, "policy");
    const flags = ["--policy-pack", pack, "--policy-pack-config", config, "--event-log", log];
    const { code, stdout, stderr } = await deployment
      .on(engine)
      .engine(["preview", "--stack", deployment.stack, ...flags]);
    expect(code, stdout + stderr).not.toBe(0);
    const lines = (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
    return lines
      .flatMap((line) => (JSON.parse(line) as { policyEvent?: PolicyEvent }).policyEvent ?? [])
      .map(({ resourceUrn, policyName, enforcementLevel, severity, message }) => ({
        resourceUrn: resourceUrn ?? "",
        policyName,
        enforcementLevel,
        severity: severity ?? "",
        message: message.trim(),
      }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }

  test("stops a stack that publishes its ports to everybody", async () => {
    const found = await violations(offline);
    expect(found.map(({ policyName }) => policyName)).toContain("container-ports-loopback");
    expect(found.map(({ enforcementLevel }) => enforcementLevel)).toContain("mandatory");
  });

  test.skipIf(!isThere)(
    `finds the same on the Pulumi CLI${isThere ? "" : ` (skipped: ${cli})`}`,
    async () => {
      expect(await violations(offline)).toEqual(await violations(cli as Engine));
    },
  );
});
