/** `meta.yaml` of a backend: which layout of folders it has. */
import { parse } from "yaml";
import { EngineError, unsupported } from "../errors.ts";
import { readIfThere, writeAtomically } from "./files.ts";

const VERSION = 1;

/** Whether the file is there. A backend of another layout is refused before anything of it is read. */
export async function checkMeta(path: string): Promise<boolean> {
  const text = await readIfThere(path);
  if (text === undefined) return false;
  const version = versionIn(text, path);
  if (version !== VERSION)
    throw unsupported(`the state layout in ${path} (version ${version}; ${VERSION} is)`);
  return true;
}

export const writeMeta = (path: string): Promise<void> =>
  writeAtomically(path, `version: ${VERSION}\n`);

function versionIn(text: string, path: string): number {
  const corrupt = (why: string): EngineError =>
    new EngineError(
      `corrupt store: ${why}; nothing was changed: when the stacks lie in folders of their projects, ` +
        `write "version: ${VERSION}" into it`,
    );
  let yaml: unknown;
  try {
    yaml = parse(text, { logLevel: "silent" });
  } catch (error) {
    throw corrupt(`unmarshal "${path}": ${(error as Error).message.split("\n")[0]}`);
  }
  const version = (yaml as { version?: unknown } | null | undefined)?.version;
  if (typeof version === "number" && Number.isInteger(version)) return version;
  throw corrupt(`missing version in "${path}"`);
}
