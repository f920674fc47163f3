import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDirectory } from "../../../commands/support/paths.ts";
import { run } from "../../../commands/support/process.ts";
import type { Engine } from "../../../engine/conformance/engines.ts";
import { timed } from "../figures.ts";

/** Seconds that an `up` of so many resources takes, from nothing. */
export async function upMany(engine: Engine, resources: number): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "synfleet-bench-"));
  try {
    await cp(join(projectDirectory, "engine/bench/program"), directory, { recursive: true });
    await symlink(join(projectDirectory, "node_modules"), join(directory, "node_modules"));
    const env = {
      ...process.env,
      ...engine.env,
      BENCH_RESOURCES: String(resources),
      PULUMI_BACKEND_URL: `file://${directory}`,
      PULUMI_CONFIG_PASSPHRASE: "of no worth",
      PULUMI_STACK: "bench",
    };
    const must = async (...args: string[]): Promise<void> => {
      const all = [...engine.prefix, ...args, "--non-interactive"];
      const { code, stdout, stderr } = await run(engine.command, all, { cwd: directory, env });
      if (code !== 0)
        throw new Error(`${engine.name}: ${args[0]} ended with ${code}: ${stdout}${stderr}`);
    };
    await must("stack", "init", "bench");
    return (await timed(() => must("up", "--yes", "--skip-preview"))).seconds;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
