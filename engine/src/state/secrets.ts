/** Secrets inside state: the tagged object with the ciphertext of the value's JSON. */
import { EngineError } from "../errors.ts";
import type { Crypter } from "../secrets/crypter.ts";
import {
  SECRET_TAG,
  SIGNATURE,
  Secret,
  isObject,
  type Value,
  type Values,
} from "../values/property.ts";
import { UNKNOWN_WIRE } from "../values/wire.ts";
import { UNKNOWN } from "../provider.ts";

export interface SecretCodec {
  seal(secret: Secret): unknown;
  open(ciphertext: string): Secret;
}

/** Ciphertexts are kept by identity of the Secret, so that state that did not change is written as it was read. */
export function crypterCodec(crypter: Crypter): SecretCodec {
  const known = new WeakMap<Secret, string>();
  return {
    seal(secret) {
      let ciphertext = known.get(secret);
      if (ciphertext === undefined) {
        ciphertext = crypter.encrypt(JSON.stringify(encode(secret.value, plaintextCodec)));
        known.set(secret, ciphertext);
      }
      return { [SIGNATURE]: SECRET_TAG, ciphertext };
    },
    open(ciphertext) {
      const secret = new Secret(decode(parseSecret(crypter.decrypt(ciphertext)), plaintextCodec));
      known.set(secret, ciphertext);
      return secret;
    },
  };
}

/** Its text is not told, not even in part. */
function parseSecret(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EngineError("a secret is malformed: what it holds is not JSON");
  }
}

/** For `stack export --show-secrets`, and for what is inside a ciphertext. */
export const plaintextCodec: SecretCodec = {
  seal: (secret) => ({
    [SIGNATURE]: SECRET_TAG,
    plaintext: JSON.stringify(encode(secret.value, plaintextCodec)),
  }),
  open: () => {
    throw new EngineError("a secret inside a secret cannot be opened without a passphrase");
  },
};

/** Shows the shape of a state without its passphrase: every secret is opaque and written back as it was. */
export function blindCodec(): SecretCodec {
  const known = new WeakMap<Secret, string>();
  return {
    seal: (secret) => ({ [SIGNATURE]: SECRET_TAG, ciphertext: known.get(secret) ?? "" }),
    open(ciphertext) {
      const secret = new Secret("[secret]");
      known.set(secret, ciphertext);
      return secret;
    },
  };
}

export function encode(value: Value, codec: SecretCodec): unknown {
  if (value === UNKNOWN) return UNKNOWN_WIRE;
  if (value instanceof Secret) return codec.seal(value);
  if (Array.isArray(value)) return value.map((v) => encode(v, codec));
  if (!isObject(value)) return value;
  return encodeMap(value, codec);
}

export function encodeMap(values: Values, codec: SecretCodec): { [key: string]: unknown } {
  const out: { [key: string]: unknown } = {};
  for (const key of Object.keys(values).sort()) {
    const value = values[key];
    if (value !== undefined) out[key] = encode(value, codec);
  }
  return out;
}

export function decode(json: unknown, codec: SecretCodec): Value {
  if (json === UNKNOWN_WIRE) return UNKNOWN;
  if (Array.isArray(json)) return json.map((v) => decode(v, codec));
  if (typeof json !== "object" || json === null) return json as Value;
  const object = json as { [key: string]: unknown };
  if (object[SIGNATURE] === SECRET_TAG) {
    if (typeof object["plaintext"] === "string")
      return new Secret(decode(parseSecret(object["plaintext"]), codec));
    return codec.open(String(object["ciphertext"]));
  }
  return decodeMap(object, codec);
}

export function decodeMap(json: { [key: string]: unknown }, codec: SecretCodec): Values {
  const out: Values = {};
  for (const [key, value] of Object.entries(json)) out[key] = decode(value, codec);
  return out;
}
