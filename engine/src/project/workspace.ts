/** The stack that `stack select` chose for a project, in the CLI's own file under ~/.pulumi/workspaces. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { pulumiHome } from "../state/backend.ts";
import { readIfThere, writeAtomically } from "../state/files.ts";
import { readShape } from "../state/shape.ts";
import type { Project } from "./project.ts";

function settingsPath(project: Project, env: NodeJS.ProcessEnv): string {
  const hash = createHash("sha1").update(project.file).digest("hex");
  return join(pulumiHome(env), "workspaces", `${project.name}-${hash}-workspace.json`);
}

interface Settings {
  stack?: string | null;
}

async function readSettings(path: string): Promise<Settings> {
  const text = await readIfThere(path);
  if (text === undefined) return {};
  return readShape<Settings>(text, path, { stack: "text" }, "delete it and select the stack again");
}

export async function selectedStack(
  project: Project,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { stack } = await readSettings(settingsPath(project, env));
  return stack?.split("/").at(-1) || undefined;
}

export async function selectStack(
  project: Project,
  env: NodeJS.ProcessEnv,
  stack: string | undefined,
  /** Where the stack is, which is not the project of this folder after a rename to another one. */
  projectOfStack = project.name,
): Promise<void> {
  const path = settingsPath(project, env);
  const settings = await readSettings(path);
  if (stack === undefined) delete settings.stack;
  else settings.stack = `organization/${projectOfStack}/${stack}`;
  await writeAtomically(path, JSON.stringify(settings, undefined, 4));
}
