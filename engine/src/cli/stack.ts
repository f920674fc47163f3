/** stack: new, select, unselect, list and remove. */
import { rm } from "node:fs/promises";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { STACK_TYPE } from "../deployment/urn.ts";
import type { StackFile } from "../project/stackfile.ts";
import { selectStack, selectedStack } from "../project/workspace.ts";
import { StackFiles, listStacks } from "../state/backend.ts";
import { renderCheckpoint } from "../state/checkpoint.ts";
import { removeBackups } from "../state/history.ts";
import { crypterCodec } from "../state/secrets.ts";
import { ago } from "./dates.ts";
import { parseStackName, type Session } from "./session.ts";
import { lockStack } from "./stack-state.ts";
import { tableText } from "./table.ts";

export async function init(session: Session): Promise<number> {
  const provider = session.arguments.text("secrets-provider");
  if (provider !== undefined && provider !== "passphrase" && provider !== "default")
    throw unsupported(`the secrets provider "${provider}" (passphrase is)`);
  const project = await session.project();
  const given = onlyName(session);
  if (!given) throw new EngineError("missing stack name");
  const files = new StackFiles(
    await session.backend(),
    project.name,
    parseStackName(given, project.name),
  );
  if (await files.load()) throw new EngineError(`stack '${files.qualifiedName}' already exists`);
  const file = await session.stackFile(files.stack);
  const secrets = await session.secretsOrNew(file, undefined);
  const codec = crypterCodec(await secrets.crypter());
  const empty = { resources: [], pending: [], encryptionSalt: secrets.encryptionSalt };
  await files.save(renderCheckpoint(files.qualifiedName, empty, codec));
  if (!session.arguments.flag("no-select")) await selectStack(project, session.env, files.stack);
  session.terminal.writeError(`Created stack '${files.stack}'\n`);
  return EXIT.ok;
}

/** --stack or the argument, not both. */
function onlyName(session: Session): string | undefined {
  const [given] = session.arguments.positional;
  const flagged = session.arguments.text("stack");
  if (given !== undefined && flagged)
    throw new EngineError("only one of --stack or argument stack name may be specified, not both");
  return given ?? flagged;
}

export async function select(session: Session): Promise<number> {
  const project = await session.project();
  const given = onlyName(session);
  if (!given)
    throw new EngineError(
      "no stack selected; specify a stack name with --stack",
      EXIT.stackNotFound,
    );
  const files = await session.stackFiles(given);
  if (!(await files.load())) {
    if (session.arguments.flag("create")) return init(session);
    throw new EngineError(`no stack named '${files.stack}' found`, EXIT.stackNotFound);
  }
  await selectStack(project, session.env, files.stack);
  return EXIT.ok;
}

export async function unselect(session: Session): Promise<number> {
  const project = await session.project();
  if ((await selectedStack(project, session.env)) === undefined) return EXIT.ok;
  await selectStack(project, session.env, undefined);
  session.terminal.writeError("Stack was unselected\n");
  return EXIT.ok;
}

export async function ls(session: Session): Promise<number> {
  const [project, backend] = await Promise.all([session.project(), session.backend()]);
  const selected = await selectedStack(project, session.env);
  const stacks = [];
  for (const name of await listStacks(backend, project.name)) {
    const raw = await new StackFiles(backend, project.name, name).load();
    const resources = raw?.deployment?.resources ?? [];
    const time = raw?.deployment?.manifest?.["time"] as string | undefined;
    const updated = time ? new Date(time) : undefined;
    stacks.push({
      name,
      current: name === selected,
      ...(updated ? { lastUpdate: updated.toISOString() } : {}),
      resourceCount: resources.length,
    });
  }
  if (session.wantsJson) {
    session.print(JSON.stringify(stacks, undefined, 2));
    return EXIT.ok;
  }
  const now = Date.now();
  const rows = stacks.map(({ name, current, lastUpdate, resourceCount }) => ({
    columns: [
      current ? `${name}*` : name,
      lastUpdate ? ago((now - Date.parse(lastUpdate)) / 1000) : "n/a",
      String(resourceCount),
    ],
  }));
  session.print(tableText(["NAME", "LAST UPDATE", "RESOURCE COUNT"], rows));
  return EXIT.ok;
}

export async function remove(session: Session): Promise<number> {
  const args = session.arguments;
  const files = await session.stackFiles(onlyName(session));
  const file = await session.stackFile(files.stack);
  await files.loadExisting();
  if (!session.skipsQuestions) {
    if (!session.interactive) throw new EngineError("non-interactive mode requires --yes flag");
    const answer = await session.ask!(
      `This will permanently remove the '${files.stack}' stack!\nPlease confirm that this is what you'd like to do by typing \`${files.stack}\`: `,
    );
    if (answer !== files.stack) session.decline();
  }
  const lock = await lockStack(session, files);
  try {
    await removeStack(session, files, file, args.flag("force"));
  } finally {
    await lock.release();
  }
  session.print(`Stack '${files.stack}' has been removed!`);
  return EXIT.ok;
}

/** With the lock held. The configuration goes too, unless asked to stay. */
export async function removeStack(
  session: Session,
  files: StackFiles,
  file: StackFile,
  force: boolean,
): Promise<void> {
  const resources = (await files.loadExisting()).deployment?.resources ?? [];
  const real = resources.filter((r) => r["type"] !== STACK_TYPE);
  if (!force && real.length > 0)
    throw new EngineError(
      `'${files.stack}' still has resources; removal rejected. Possible actions:\n` +
        `- Make sure that '${files.stack}' is the stack that you want to destroy\n` +
        "- Run `pulumi destroy` to delete the resources, then run `pulumi stack rm`\n" +
        "- Run `pulumi stack rm --force` to override this error",
    );
  await files.remove();
  if (session.arguments.flag("remove-backups")) await removeBackups(files);
  if (!session.arguments.flag("preserve-config")) await rm(file.path, { force: true });
  const project = await session.project();
  if ((await selectedStack(project, session.env)) === files.stack)
    await selectStack(project, session.env, undefined);
}
