/** state: remove, protect, unprotect, taint, untaint and rename, on the resources as the state has them. */
import { EXIT, EngineError } from "../errors.ts";
import type { Resource } from "../deployment/resource.ts";
import { markResources, removeResources, renameResource, isUrn } from "./state-edit.ts";
import type { Session } from "./session.ts";
import { lockStack, openState } from "./stack-state.ts";

/** `edit` may change resources in place; what it returns, if anything, is the new list. */
async function edited(
  session: Session,
  edit: (resources: Resource[]) => Resource[] | undefined,
): Promise<void> {
  const files = await session.stackFiles();
  const file = await session.stackFile(files.stack);
  const state = await openState(session, files, file);
  if (!session.skipsQuestions && session.interactive) {
    const yes = await session.confirm(
      "warning: This command will edit your stack's state directly. Confirm? (yes/no) ",
    );
    if (!yes) session.decline();
  }
  const resources = edit(state.base.resources) ?? state.base.resources;
  const lock = await lockStack(session, files);
  try {
    await state.save({ ...state.base, resources, manifest: state.manifest });
  } finally {
    await lock.release();
  }
}

const missing = (...names: string[]): EngineError =>
  new EngineError(
    `Must supply ${names.map((name) => `<${name}>`).join(" and ")} unless pulumi is run interactively`,
  );

/** The CLI lets one choose from a list; here the URN is given. */
function urnsOf(session: Session): readonly string[] | undefined {
  const urns = session.arguments.positional;
  if (session.arguments.flag("all")) return undefined;
  if (urns.length === 0) throw missing("resource URN");
  return urns;
}

export async function remove(session: Session): Promise<number> {
  const args = session.arguments;
  if (args.flag("all") && args.positional.length > 0)
    throw new EngineError("cannot specify a resource URN when deleting all resources");
  const urns = urnsOf(session);
  let removed = 0;
  await edited(session, (resources) => {
    const result = removeResources(resources, urns, {
      force: args.flag("force"),
      withDependants: args.flag("target-dependents"),
      warn: (message) => session.warn(message),
    });
    ({ removed } = result);
    return result.left;
  });
  if (urns === undefined) session.print("Resources deleted");
  else session.print(removed === 1 ? "Resource deleted" : `${removed} resources deleted`);
  return EXIT.ok;
}

const marking =
  (mark: "protect" | "taint", value: boolean, done: string) =>
  async (session: Session): Promise<number> => {
    const urns = urnsOf(session);
    let count = 0;
    await edited(session, (resources) => {
      count = markResources(resources, urns, mark, value);
      // The CLI says so before it writes.
      if (urns !== undefined) session.print(`${count} resources ${done}`);
      return undefined;
    });
    if (urns === undefined) session.print(`All resources ${done}`);
    return EXIT.ok;
  };

export const protect = marking("protect", true, "protected");
export const unprotect = marking("protect", false, "unprotected");
export const taint = marking("taint", true, "tainted");
export const untaint = marking("taint", false, "untainted");

export async function rename(session: Session): Promise<number> {
  const [urn, name] = session.arguments.positional;
  if (urn === undefined || name === undefined) throw missing("resource URN", "new name");
  if (!isUrn(urn)) throw new EngineError("The provided input URN is not valid");
  await edited(session, (resources) => {
    renameResource(resources, urn, name);
    return undefined;
  });
  session.print("Resource renamed");
  return EXIT.ok;
}
