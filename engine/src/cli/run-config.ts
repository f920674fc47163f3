/** The configuration that a program gets. */
import { EngineError } from "../errors.ts";
import { applyProject, hasSecrets, openConfig, type Config } from "../project/config.ts";
import type { Project } from "../project/project.ts";
import type { StackFile } from "../project/stackfile.ts";
import type { StackFiles } from "../state/backend.ts";
import type { Session } from "./session.ts";
import { crypterForRun } from "./stack-state.ts";

export async function configFor(
  session: Session,
  project: Project,
  files: StackFiles,
  file: StackFile,
): Promise<Config> {
  const nodes = file.entries();
  const secret = hasSecrets(nodes.values());
  const manager = secret ? session.secrets(file, await files.loadExisting()) : undefined;
  if (secret && !manager)
    throw new EngineError(`${file.path} has secrets but no encryptionsalt to open them with`);
  return applyProject(
    project,
    files.stack,
    openConfig(project.name, nodes, manager && (await crypterForRun(manager)), file.path),
  );
}
