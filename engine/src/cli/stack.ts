/** stack: init, select, ls, output, export, rm, and the overview. */
import { rm, writeFile } from "node:fs/promises";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { renderValue } from "../display/values.ts";
import { shortType } from "../display/display.ts";
import { STACK_TYPE, urnName } from "../deployment/urn.ts";
import type { StackFile } from "../project/stackfile.ts";
import { selectStack, selectedStack } from "../project/workspace.ts";
import { StackFiles, listStacks } from "../state/backend.ts";
import { openSnapshot, renderCheckpoint, serializeDeployment } from "../state/checkpoint.ts";
import { blindCodec, crypterCodec, plaintextCodec } from "../state/secrets.ts";
import { Secret, masked } from "../values/property.ts";
import { parseStackName, type Session } from "./session.ts";
import { lockStack } from "./stack-state.ts";
import { outputsIn } from "./stack-outputs.ts";

export async function init(session: Session): Promise<number> {
  const provider = session.arguments.text("secrets-provider");
  if (provider !== undefined && provider !== "passphrase" && provider !== "default")
    throw unsupported(`the secrets provider "${provider}" (passphrase is)`);
  const project = await session.project();
  const given = session.arguments.positional[0] ?? session.arguments.text("stack");
  if (!given) throw new EngineError("missing stack name: `stack init NAME`", EXIT.configuration);
  const files = new StackFiles(
    await session.backend(),
    project.name,
    parseStackName(given, project.name),
  );
  if (await files.load()) throw new EngineError(`stack '${files.stack}' already exists`);
  const file = await session.stackFile(files.stack);
  const secrets = await session.secretsOrNew(file, undefined);
  const codec = crypterCodec(await secrets.crypter());
  const empty = { resources: [], pending: [], encryptionSalt: secrets.encryptionSalt };
  await files.save(renderCheckpoint(files.qualifiedName, empty, codec));
  if (!session.arguments.flag("no-select")) await selectStack(project, session.env, files.stack);
  session.print(`Created stack '${files.stack}'`);
  return EXIT.ok;
}

export async function select(session: Session): Promise<number> {
  const project = await session.project();
  const given = session.arguments.positional[0] ?? session.arguments.text("stack");
  if (!given) throw new EngineError("missing stack name: `stack select NAME`", EXIT.configuration);
  const files = await session.stackFiles(given);
  if (!(await files.load())) {
    if (session.arguments.flag("create")) return init(session);
    throw new EngineError(`no stack named '${files.stack}' found`, EXIT.stackNotFound);
  }
  await selectStack(project, session.env, files.stack);
  return EXIT.ok;
}

export async function ls(session: Session): Promise<number> {
  const [project, backend] = await Promise.all([session.project(), session.backend()]);
  const selected = await selectedStack(project, session.env);
  const stacks = [];
  for (const name of await listStacks(backend, project.name)) {
    const raw = await new StackFiles(backend, project.name, name).load();
    const deployment = raw?.deployment;
    stacks.push({
      name,
      current: name === selected,
      updateInProgress: false,
      lastUpdate: deployment?.manifest?.["time"] as string | undefined,
      resourceCount: deployment?.resources?.length ?? 0,
    });
  }
  if (session.arguments.flag("json")) {
    session.print(JSON.stringify(stacks, undefined, 2));
    return EXIT.ok;
  }
  const width = Math.max(4, ...stacks.map((s) => s.name.length + 1));
  session.print(`${"NAME".padEnd(width)}  LAST UPDATE               RESOURCE COUNT`);
  for (const s of stacks)
    session.print(
      `${(s.name + (s.current ? "*" : "")).padEnd(width)}  ${(s.lastUpdate ?? "n/a").padEnd(24)}  ${s.resourceCount}`,
    );
  return EXIT.ok;
}

export async function output(session: Session): Promise<number> {
  const args = session.arguments;
  const [name] = args.positional;
  const files = await session.stackFiles();
  const show = args.flag("show-secrets");
  // A single output that is asked for by name is given as it is, as the CLI does.
  const outputs = await outputsIn(session, files, show || name !== undefined);
  if (name !== undefined) {
    const value = outputs[name];
    if (value === undefined)
      throw new EngineError(`current stack does not have output property '${name}'`);
    const shown = masked(value, true);
    const text =
      typeof shown === "string" && !args.flag("json") ? shown : JSON.stringify(shown, undefined, 2);
    session.print(text);
    return EXIT.ok;
  }
  if (args.flag("json")) {
    session.print(JSON.stringify(masked(outputs, show), undefined, 2));
    return EXIT.ok;
  }
  if (args.flag("shell")) {
    for (const [key, value] of Object.entries(outputs)) {
      const shown = masked(value, show);
      const text = typeof shown === "string" ? shown : JSON.stringify(shown);
      session.print(`${key}='${text.replaceAll("'", `'\\''`)}'`);
    }
    return EXIT.ok;
  }
  printOutputs(session, outputs, show);
  return EXIT.ok;
}

function printOutputs(
  session: Session,
  outputs: Awaited<ReturnType<typeof outputsIn>>,
  show: boolean,
): void {
  const keys = Object.keys(outputs).sort();
  session.print(`Current stack outputs (${keys.length}):`);
  if (keys.length === 0) return session.print("    No output values currently in this stack");
  const width = Math.max(6, ...keys.map((key) => key.length));
  session.print(`    ${"OUTPUT".padEnd(width)}  VALUE`);
  for (const key of keys) {
    const value = outputs[key]!;
    const inner = value instanceof Secret && show ? value.value : value;
    const text = typeof inner === "string" ? inner : renderValue(inner, 4, show);
    session.print(`    ${key.padEnd(width)}  ${text}`);
  }
}

export async function exportState(session: Session): Promise<number> {
  const files = await session.stackFiles();
  const raw = await files.loadExisting();
  let deployment: unknown = raw.deployment ?? {};
  if (session.arguments.flag("show-secrets") && raw.deployment) {
    const manager = session.secrets(await session.stackFile(files.stack), raw);
    if (manager) {
      const snapshot = openSnapshot(raw, crypterCodec(await manager.crypter()));
      deployment = { ...raw.deployment, ...serializeDeployment(snapshot, plaintextCodec) };
    }
  }
  const text = JSON.stringify({ version: 3, deployment }, undefined, 4);
  const file = session.arguments.text("file");
  const PRIVATE = 0o600;
  if (file !== undefined) await writeFile(file, `${text}\n`, { mode: PRIVATE });
  else session.print(text);
  return EXIT.ok;
}

export async function remove(session: Session): Promise<number> {
  const args = session.arguments;
  const files = await session.stackFiles(args.positional[0]);
  const file = await session.stackFile(files.stack);
  await files.loadExisting();
  if (!args.flag("yes")) {
    if (!session.interactive)
      throw new EngineError(
        "non-interactive mode requires --yes flag: `stack rm --yes`",
        EXIT.configuration,
      );
    const answer = await session.ask!(
      `This will permanently remove the '${files.stack}' stack!\nPlease confirm that this is what you'd like to do by typing \`${files.stack}\`: `,
    );
    if (answer !== files.stack) throw new EngineError("confirmation declined", EXIT.cancelled);
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
      `'${files.stack}' still has resources; removal rejected. Run \`pulumi destroy\` first, or use --force to forget ${real.length} resource(s)`,
    );
  await files.remove();
  if (!session.arguments.flag("preserve-config")) await rm(file.path, { force: true });
  const project = await session.project();
  if ((await selectedStack(project, session.env)) === files.stack)
    await selectStack(project, session.env, undefined);
}

export async function overview(session: Session): Promise<number> {
  const args = session.arguments;
  const files = await session.stackFiles();
  if (args.flag("show-name")) {
    session.print(files.stack);
    return EXIT.ok;
  }
  const raw = await files.loadExisting();
  const snapshot = openSnapshot(raw, blindCodec());
  session.print(`Current stack is ${files.stack}:`);
  const time = raw.deployment?.manifest?.["time"] as string | undefined;
  if (time) session.print(`    Last updated: ${time}`);
  session.print(`Current stack resources (${snapshot.resources.length}):`);
  const show = (parent: string, depth: number): void => {
    for (const r of snapshot.resources.filter((x) => x.parent === parent)) {
      session.print(`    ${"   ".repeat(depth)}${shortType(r.type)}  ${urnName(r.urn)}`);
      if (args.flag("show-urns")) session.print(`    ${"   ".repeat(depth)}   URN: ${r.urn}`);
      if (args.flag("show-ids") && r.id) session.print(`    ${"   ".repeat(depth)}   ID: ${r.id}`);
      show(r.urn, depth + 1);
    }
  };
  show("", 0);
  session.print("");
  printOutputs(
    session,
    await outputsIn(session, files, args.flag("show-secrets")),
    args.flag("show-secrets"),
  );
  return EXIT.ok;
}
