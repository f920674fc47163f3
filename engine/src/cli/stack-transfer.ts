/** stack export and import: the state of a stack as a document. */
import { readFile, writeFile } from "node:fs/promises";
import { references } from "../deployment/integrity.ts";
import type { Resource } from "../deployment/resource.ts";
import { EXIT, EngineError } from "../errors.ts";
import { existingSecrets } from "../secrets/passphrase.ts";
import {
  openSnapshot,
  parseCheckpoint,
  renderCheckpoint,
  serializeDeployment,
  type RawDeployment,
} from "../state/checkpoint.ts";
import { readIfThere } from "../state/files.ts";
import { crypterCodec, plaintextCodec } from "../state/secrets.ts";
import type { Session } from "./session.ts";
import { lockStack } from "./stack-state.ts";

interface Export {
  readonly version?: number;
  readonly features?: readonly string[];
  readonly deployment?: RawDeployment;
}

export async function exportState(session: Session): Promise<number> {
  const files = await session.stackFiles();
  const raw = await files.loadExisting();
  const { features } = JSON.parse((await readIfThere(files.state))!) as Export;
  let deployment = raw.deployment ?? {};
  if (session.arguments.flag("show-secrets") && raw.deployment) {
    const manager = session.secrets(await session.stackFile(files.stack), raw);
    if (manager) {
      const snapshot = openSnapshot(raw, crypterCodec(await manager.crypter()));
      deployment = { ...raw.deployment, ...serializeDeployment(snapshot, plaintextCodec) };
      if (raw.deployment.manifest) deployment.manifest = raw.deployment.manifest;
    }
  }
  const exported: Export = { version: raw.version, ...(features ? { features } : {}), deployment };
  const text = JSON.stringify(exported, undefined, 4);
  const file = session.arguments.text("file");
  const PRIVATE = 0o600;
  if (file !== undefined) await writeFile(file, `${text}\n`, { mode: PRIVATE });
  else session.print(text);
  return EXIT.ok;
}

/** What `stack export` gave, perhaps edited since, becomes the state. Its secrets stay under the salt they came with. */
export async function importState(session: Session): Promise<number> {
  const { source, given } = await readExport(session.arguments.text("file"));
  const files = await session.stackFiles();
  const current = await files.loadExisting();
  const { version, features, deployment } = given;
  const raw = parseCheckpoint(
    JSON.stringify({ version, features, checkpoint: { latest: deployment } }),
    source,
  );
  const salt = deployment?.secrets_providers?.state?.salt;
  const file = await session.stackFile(files.stack);
  const secrets =
    salt === undefined
      ? await session.secretsOrNew(file, current)
      : existingSecrets(salt, session.env, session.askSecretly);
  const codec = crypterCodec(await secrets.crypter());
  const snapshot = openSnapshot(raw, codec);
  const problems = problemsOf(snapshot.resources, files.stack);
  if (problems.length > 0 && !session.arguments.flag("force"))
    throw new EngineError(severalErrors(problems));
  for (const problem of problems) session.warn(problem);
  for (const { type, resource } of snapshot.pending)
    session.warn(`removing pending operation '${type}' on '${resource.urn}' from snapshot`);
  const manifest = deployment?.manifest;
  const kept = { ...snapshot, pending: [], encryptionSalt: secrets.encryptionSalt, manifest };
  const lock = await lockStack(session, files);
  try {
    await files.save(renderCheckpoint(files.qualifiedName, kept, codec));
  } finally {
    await lock.release();
  }
  session.print("Import complete.");
  return EXIT.ok;
}

async function readExport(file: string | undefined): Promise<{ source: string; given: Export }> {
  const source = file ?? "standard input";
  let text: string;
  try {
    text = file === undefined ? await standardInput() : await readFile(file, "utf8");
  } catch (error) {
    throw new EngineError(`could not open file: ${(error as Error).message}`);
  }
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new EngineError(
      `could not read a deployment from ${source}: ${(error as Error).message}`,
    );
  }
  if (typeof given !== "object" || given === null || !("version" in given))
    throw new EngineError(
      `could not read a deployment from ${source}: it must be what \`stack export\` prints`,
    );
  return { source, given: given as Export };
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function problemsOf(resources: readonly Resource[], stack: string): string[] {
  const problems: string[] = [];
  for (const { urn } of resources) {
    const other = urn.split("::")[0]!.slice("urn:pulumi:".length);
    if (other !== stack)
      problems.push(`resource '${urn}' is from a different stack (${other} != ${stack})`);
  }
  const before = new Set<string>();
  for (const resource of resources) {
    const lost = [...references(resource)].find((urn) => !before.has(urn));
    if (lost !== undefined)
      problems.push(
        `state file contains errors: resource ${resource.urn} refers to unknown ${lost}`,
      );
    before.add(resource.urn);
  }
  return problems;
}

function severalErrors(problems: readonly string[]): string {
  const all = [
    ...problems,
    "importing this file could be dangerous; rerun with --force to proceed anyway",
  ];
  return `${all.length} errors occurred:\n${all.map((p) => `\t* ${p}\n`).join("")}\n`;
}
