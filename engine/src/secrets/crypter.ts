/** Pulumi's `v1:` encryption: AES-256-GCM under a key that PBKDF2 makes of the passphrase. */
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { EngineError } from "../errors.ts";

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Encrypted along with the salt, so that a wrong passphrase is told before anything is read with it. */
const PROBE = "pulumi";

export interface Crypter {
  encrypt(plaintext: string): string;
  decrypt(ciphertext: string): string;
}

export function keyCrypter(key: Uint8Array): Crypter {
  return {
    encrypt(plaintext) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([
        cipher.update(plaintext, "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
    },
    decrypt(ciphertext) {
      const [version, nonce, sealed, ...more] = ciphertext.split(":");
      if (version !== "v1" || nonce === undefined || sealed === undefined || more.length > 0)
        throw new EngineError("a secret is malformed: expected v1:NONCE:CIPHERTEXT");
      const bytes = Buffer.from(sealed, "base64");
      const iv = Buffer.from(nonce, "base64");
      if (iv.length !== NONCE_BYTES || bytes.length < TAG_BYTES)
        throw new EngineError("a secret is malformed: nonce or ciphertext has the wrong size");
      const decipher = createDecipheriv("aes-256-gcm", key, iv);
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([
          decipher.update(bytes.subarray(0, -TAG_BYTES)),
          decipher.final(),
        ]).toString("utf8");
      } catch {
        throw new EngineError(
          "failed to decrypt: incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct " +
            "passphrase or set PULUMI_CONFIG_PASSPHRASE_FILE to a file containing the passphrase",
        );
      }
    },
  };
}

/** A process that runs several commands derives a key once. */
const derived = new Map<string, Promise<Buffer>>();

function deriveKey(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  const name = `${Buffer.from(salt).toString("base64")}:${passphrase}`;
  let key = derived.get(name);
  if (!key) {
    key = promisify(pbkdf2)(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256");
    derived.set(name, key);
  }
  return key;
}

/** Opens the crypter of an `encryptionsalt`, which proves the passphrase. */
export async function openCrypter(passphrase: string, encryptionSalt: string): Promise<Crypter> {
  const [version, salt] = encryptionSalt.split(":", 2);
  const probe = encryptionSalt.split(":").slice(2).join(":");
  if (version !== "v1" || !salt || !probe)
    throw new EngineError("encryptionsalt is malformed: expected v1:SALT:v1:NONCE:CIPHERTEXT");
  const crypter = keyCrypter(await deriveKey(passphrase, Buffer.from(salt, "base64")));
  let opened: string;
  try {
    opened = crypter.decrypt(probe);
  } catch {
    throw new EngineError("incorrect passphrase");
  }
  if (opened !== PROBE) throw new EngineError("incorrect passphrase");
  return crypter;
}

export async function newCrypter(
  passphrase: string,
): Promise<{ encryptionSalt: string; crypter: Crypter }> {
  const salt = randomBytes(8);
  const crypter = keyCrypter(await deriveKey(passphrase, salt));
  return {
    encryptionSalt: `v1:${salt.toString("base64")}:${crypter.encrypt(PROBE)}`,
    crypter,
  };
}
