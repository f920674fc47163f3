/** A program of this folder on hosts of the lab, run by the offline engine with the project's own plugin. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDirectory } from "../../commands/support/paths.ts";
import type { Fleet } from "../lab/fleet/fleet.ts";
import { must } from "../lab/process.ts";

export type Engine = (...words: string[]) => Promise<string>;

/** What each host is logged in to by. */
export const loginsOf = ({ hosts }: Fleet) =>
  hosts.map(({ name, address, keyPath: keyFile, hostKey }) => ({
    ...{ name, address, user: "root", port: 22, keyFile, hostKey },
  }));

/** @param main file in `program/`. */
export async function stackOf(fleet: Fleet, main: string, settings: object): Promise<Engine> {
  const folder = join(fleet.folder, "stack");
  await mkdir(join(folder, "state"), { recursive: true });
  const project = {
    ...{ name: "swarm-test", main: join(projectDirectory, "test", "swarm", "program", main) },
    backend: { url: `file://${folder}/state` },
    runtime: { name: "nodejs", options: { typescript: false } },
    plugins: { providers: [{ name: "synfleet-hosts", path: join(projectDirectory, "provider") }] },
  };
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`swarm-test:${key}`, value as unknown]),
  );
  await writeFile(join(folder, "Pulumi.yaml"), JSON.stringify(project));
  await writeFile(join(folder, "Pulumi.test.yaml"), JSON.stringify({ config }));
  await symlink(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
  const program = join(projectDirectory, "engine/src/main.ts");
  const engine: Engine = (...words) =>
    must([process.execPath, program, "--cwd", folder, ...words], {
      environment: { PULUMI_CONFIG_PASSPHRASE: "test" },
    });
  await engine("stack", "init", "test");
  return engine;
}
