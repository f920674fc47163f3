/** Where the passphrase comes from, in the CLI's order: variable, file, then a question on the terminal. */
import { readFile } from "node:fs/promises";
import { EngineError } from "../errors.ts";
import { newCrypter, openCrypter, type Crypter } from "./crypter.ts";

export interface SecretsManager {
  readonly encryptionSalt: string;
  /** Derives the key at the first call: half a second that most commands can spend beside other work, or never. */
  crypter(): Promise<Crypter>;
}

type Ask = (question: string) => Promise<string>;

export async function readPassphrase(
  env: NodeJS.ProcessEnv,
  ask: Ask | undefined,
  question: string,
): Promise<string> {
  const direct = env["PULUMI_CONFIG_PASSPHRASE"];
  if (direct !== undefined) return direct;
  const file = env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (file) {
    try {
      return (await readFile(file, "utf8")).trim();
    } catch (error) {
      throw new EngineError(
        `unable to read PULUMI_CONFIG_PASSPHRASE_FILE: ${(error as Error).message}`,
      );
    }
  }
  if (!ask)
    throw new EngineError(
      "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    );
  return ask(question);
}

export function existingSecrets(
  encryptionSalt: string,
  env: NodeJS.ProcessEnv,
  ask?: Ask,
): SecretsManager {
  let opened: Promise<Crypter> | undefined;
  return {
    encryptionSalt,
    crypter() {
      opened ??= readPassphrase(
        env,
        ask,
        "Enter your passphrase to unlock config/secrets\n" +
          "    (set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to remember): ",
      ).then((passphrase) => openCrypter(passphrase, encryptionSalt));
      return opened;
    },
  };
}

export async function freshSecrets(env: NodeJS.ProcessEnv, ask?: Ask): Promise<SecretsManager> {
  const passphrase = await readPassphrase(
    env,
    ask,
    "Enter your passphrase to protect config/secrets: ",
  );
  const asked =
    env["PULUMI_CONFIG_PASSPHRASE"] === undefined && !env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (asked && ask && (await ask("Re-enter your passphrase to confirm: ")) !== passphrase)
    throw new EngineError("passphrases do not match");
  const { encryptionSalt, crypter } = await newCrypter(passphrase);
  return { encryptionSalt, crypter: () => Promise.resolve(crypter) };
}
