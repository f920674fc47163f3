import { policyPack } from "./paths.ts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "./stack.ts";
import { type Changes, withChanges, writeConfig } from "./stack-config.ts";

/**
 * Changes the stack's settings and brings the stack to them, so that the program stays the truth about what exists. With
 * `dryRun`, only shows what would be done, and nothing is written.
 */
export async function applyChanges(
  stack: Stack,
  changes: Changes,
  { dryRun }: { readonly dryRun: boolean },
): Promise<number> {
  const text = await withChanges(stack.name, changes);
  if (!dryRun) {
    await writeConfig(stack.name, text);
    const code = await stack.show(
      ...["up", "--stack", stack.name, "--yes", "--skip-preview"],
      ...["--suppress-outputs", "--policy-pack", policyPack],
    );
    if (code !== 0) {
      console.error(
        `synfleet: Pulumi.${stack.name}.yaml has the change, the stack not all of it. See to what failed and run: npm run up -- --stack ${stack.name}`,
      );
    }
    return code;
  }
  const folder = await mkdtemp(join(tmpdir(), "synfleet-dry-run-"));
  try {
    const file = join(folder, `Pulumi.${stack.name}.yaml`);
    await writeFile(file, text, { mode: 0o600 });
    return await stack.show("preview", "--stack", stack.name, "--config-file", file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
