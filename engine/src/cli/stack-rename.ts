/** stack rename: the state under its new name, with its history and configuration; then the old one goes. */
import { rename as renameFile } from "node:fs/promises";
import { basename } from "node:path";
import { EXIT, EngineError } from "../errors.ts";
import { stackFilePath } from "../project/stackfile.ts";
import { selectStack } from "../project/workspace.ts";
import { StackFiles } from "../state/backend.ts";
import { readIfThere } from "../state/files.ts";
import { moveHistory } from "../state/history.ts";
import type { RawDeployment } from "../state/checkpoint.ts";
import { renameDeployment } from "./rename-urns.ts";
import { parseStackName, type Session } from "./session.ts";
import { lockStack } from "./stack-state.ts";

interface WrittenCheckpoint {
  checkpoint: { stack?: string; latest?: RawDeployment };
}

export async function rename(session: Session): Promise<number> {
  const [project, from] = await Promise.all([session.project(), session.stackFiles()]);
  const given = session.arguments.positional[0]!;
  // organization/PROJECT/STACK gives the state another project too.
  const toProject = given.split("/").length === 3 ? given.split("/")[1]! : project.name;
  const to = new StackFiles(from.backend, toProject, parseStackName(given, toProject));
  await from.loadExisting();
  const lock = await lockStack(session, from);
  try {
    if (await to.load())
      throw new EngineError(`a stack named ${shownName(to, project.name)} already exists`);
    const written = JSON.parse((await readIfThere(from.state))!) as WrittenCheckpoint;
    const { latest } = written.checkpoint;
    if (latest) written.checkpoint.latest = renameDeployment(latest, from, to);
    written.checkpoint.stack = to.qualifiedName;
    await to.save(JSON.stringify(written));
    await from.retire();
    await moveHistory(from, to);
  } finally {
    await lock.release();
  }
  await moveConfiguration(stackFilePath(project, from.stack), stackFilePath(project, to.stack));
  await selectStack(project, session.env, to.stack, toProject);
  session.print(`Renamed ${from.stack} to ${shownName(to, project.name)}`);
  return EXIT.ok;
}

const shownName = (files: StackFiles, project: string): string =>
  files.project === project ? files.stack : files.qualifiedName;

async function moveConfiguration(from: string, to: string): Promise<void> {
  if (from === to) return;
  try {
    await renameFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new EngineError(
      `renaming configuration file to ${basename(to)}: ${(error as Error).message}`,
    );
  }
}
