import { createHash, createPrivateKey, type KeyObject } from "node:crypto";

/** The reference's id of an object that has no other: a hash of it, without white space at its ends. */
export function stateHash(data: Buffer): string {
  const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
  let [start, end] = [0, data.length];
  while (start < end && isSpace(data[start]!)) start++;
  while (end > start && isSpace(data[end - 1]!)) end--;
  return createHash("sha1").update(data.subarray(start, end)).digest("hex");
}

export function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** The bytes of the first block, which must have this label. `property` names where the text came from. */
export function fromPem(label: string, pem: string, property: string): Buffer {
  const block = /-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/.exec(pem);
  if (block?.[1] === label) return Buffer.from(block[2]!, "base64");
  const got = block ? `a PEM block of ${block[1]}` : "not PEM";
  throw new Error(`${property} is ${got}; allowed: a PEM block of ${label}; change it`);
}

/** The key, or an error that does not show it. */
export function readPrivateKey(pem: string, property: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(
      `${property} is not a private key that can be read; allowed: PEM of an RSA, ECDSA or ED25519 key; change it`,
    );
  }
}

export const algorithmOf = (key: KeyObject): string =>
  ({ rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" })[String(key.asymmetricKeyType)] ?? "";
