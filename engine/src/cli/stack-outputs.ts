/** The outputs that a stack's state holds. */
import { STACK_TYPE } from "../deployment/urn.ts";
import { EngineError } from "../errors.ts";
import { StackFiles } from "../state/backend.ts";
import { existingSecrets, type SecretsManager } from "../secrets/passphrase.ts";
import { openSnapshot, type RawCheckpoint } from "../state/checkpoint.ts";
import { blindCodec, crypterCodec } from "../state/secrets.ts";
import type { Values } from "../values/property.ts";
import type { Session } from "./session.ts";

/** Without `open` the passphrase is not needed, and secrets stay opaque. */
export async function outputsIn(
  session: Session,
  files: StackFiles,
  open: boolean,
): Promise<Values> {
  const raw = await files.loadExisting();
  const manager = open ? session.secrets(await session.stackFile(files.stack), raw) : undefined;
  return stackOutputs(raw, manager);
}

async function stackOutputs(
  raw: RawCheckpoint,
  manager: SecretsManager | undefined,
): Promise<Values> {
  const stack = raw.deployment?.resources?.find((r) => r["type"] === STACK_TYPE);
  if (!stack) return {};
  const codec = manager ? crypterCodec(await manager.crypter()) : blindCodec();
  const only = {
    ...raw,
    deployment: { ...raw.deployment, resources: [stack], pending_operations: [] },
  };
  return openSnapshot(only, codec).resources[0]?.outputs ?? {};
}

/** For a StackReference: another stack of the same backend. */
export async function outputsOf(session: Session, name: string): Promise<Values> {
  const parts = name.split("/");
  if (parts.length > 1 && parts[0] !== "organization")
    throw new EngineError("organization name must be 'organization'");
  const project = parts.length === 3 ? parts[1]! : (await session.project()).name;
  const files = new StackFiles(await session.backend(), project, parts.at(-1)!);
  const raw = await files.load();
  if (!raw) throw new EngineError(`unknown stack "${name}"`);
  // Another project's stack may have the name of a stack of this one: only its own state says how its secrets are sealed.
  const salt = raw.deployment?.secrets_providers?.state?.salt;
  const manager = salt === undefined ? undefined : existingSecrets(salt, session.env, undefined);
  return stackOutputs(raw, manager);
}
