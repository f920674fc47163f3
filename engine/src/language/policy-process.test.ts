/** A pack answers the same whether the SDK's runner or the engine's own starts it. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type analyzerTypes from "@pulumi/pulumi/proto/analyzer_pb.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPack } from "./policy-process.ts";
import { toStruct } from "./grpc.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerTypes;
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
// The SDK's runner loads a compiler, and the machine may be busy.
const PATIENCE = 120_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "policy-process-"));
  symlinkSync(MODULES, join(folder, "node_modules"));
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\nversion: 1.2.3\n");
  writeFileSync(
    join(folder, "package.json"),
    '{"name":"both","version":"0.0.1","main":"index.js"}',
  );
  writeFileSync(
    join(folder, "index.js"),
    `const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("both", { policies: [
  { name: "no", description: "No.", enforcementLevel: "mandatory", severity: "high",
    validateResource: (args, report) => report(args.name + " " + JSON.stringify(args.props)) },
  { name: "fix", description: "Fix.", enforcementLevel: "remediate",
    remediateResource: (args) => ({ ...args.props, fixed: true }) },
] });\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function answers(quick: boolean): Promise<unknown> {
  const pack = await startPack(
    folder,
    {
      config: new Map(),
      project: "p",
      stack: "dev",
      preview: true,
      address: "127.0.0.1:1",
      onLine: () => {},
    },
    { quick },
  );
  try {
    const request = new pb.AnalyzeRequest();
    request.setUrn("urn:pulumi:dev::p::a:b:C::x");
    request.setType("a:b:C");
    request.setName("x");
    request.setProperties(toStruct({ size: 1, list: ["a", null] }));
    request.setOptions(new pb.AnalyzerResourceOptions());
    const analyzed = await pack.call<unknown, analyzerTypes.AnalyzeResponse>("analyze", request);
    const fixed = await pack.call<unknown, analyzerTypes.RemediateResponse>("remediate", request);
    return [pack.version, analyzed.toObject(), fixed.toObject()];
  } finally {
    pack.close();
  }
}

test("both ways", { timeout: PATIENCE }, async () => {
  const quick = await answers(true);
  expect(JSON.stringify(quick)).toContain('"policyname":"no"');
  expect(quick).toEqual(await answers(false));
});
