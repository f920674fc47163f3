/** The state of a stack, opened for a command: read, decrypted, and with the function that writes it back. */
import type { Save } from "../deployment/snapshot.ts";
import type { StackFile } from "../project/stackfile.ts";
import { EngineError } from "../errors.ts";
import type { Crypter } from "../secrets/crypter.ts";
import type { SecretsManager } from "../secrets/passphrase.ts";
import type { StackFiles } from "../state/backend.ts";
import { openSnapshot, checkpointWriter, type Snapshot } from "../state/checkpoint.ts";
import { takeLock, type Lock } from "../state/lock.ts";
import { crypterCodec } from "../state/secrets.ts";
import { duration } from "../display/words.ts";
import type { Session } from "./session.ts";

export interface OpenState {
  readonly files: StackFiles;
  readonly secrets: SecretsManager;
  readonly base: Snapshot;
  readonly save: Save;
  readonly manifest: { [key: string]: unknown } | undefined;
}

export async function openState(
  session: Session,
  files: StackFiles,
  file: StackFile,
): Promise<OpenState> {
  const raw = await files.loadExisting();
  const secrets = await session.secretsOrNew(file, raw);
  const codec = crypterCodec(await crypterForRun(secrets));
  const salt = raw.deployment?.secrets_providers?.state?.salt;
  // A stack whose file was given a new salt has its old secrets under the old one.
  const reading =
    salt === undefined || salt === secrets.encryptionSalt
      ? codec
      : crypterCodec(await (await oldSecrets(session, salt)).crypter());
  const base = { ...openSnapshot(raw, reading), encryptionSalt: secrets.encryptionSalt };
  const write = checkpointWriter(files.qualifiedName, codec);
  return {
    files,
    secrets,
    base,
    manifest: raw.deployment?.manifest,
    save: (snapshot) => files.save(write(snapshot)),
  };
}

/** A wrong or missing passphrase, in the words that the CLI has for it when a stack is to be deployed. */
export async function crypterForRun(secrets: SecretsManager): Promise<Crypter> {
  try {
    return await secrets.crypter();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const where = "getting stack configuration: get stack secrets manager";
    throw new EngineError(`${where}: ${error.message}`, error.exitCode);
  }
}

async function oldSecrets(session: Session, salt: string): Promise<SecretsManager> {
  const { existingSecrets } = await import("../secrets/passphrase.ts");
  return existingSecrets(salt, session.env, session.askSecretly);
}

/** The stack's lock; that of a dead process is cleared with a line. */
export function lockStack(session: Session, files: StackFiles): Promise<Lock> {
  return takeLock(files.locks, (stale) => {
    const age = duration((Date.now() - Date.parse(stale.timestamp)) / 1000);
    session.print(
      `Removed the lock of a run that has ended (pid ${stale.pid}, by ${stale.username}, ${age} ago).`,
    );
  });
}
