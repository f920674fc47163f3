/** Private keys in OpenSSH's own format, without a passphrase: what openssh.ts writes. */
import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { fromPem } from "./pem.ts";

const MAGIC = "openssh-key-v1\0";
const CHECK_BYTES = 8;

const CURVES: { readonly [name: string]: readonly [crv: string, bytes: number] } = {
  nistp256: ["P-256", 32],
  nistp384: ["P-384", 48],
  nistp521: ["P-521", 66],
};

/** The fields of a blob, one after the other. */
class Fields {
  private data: Buffer;

  constructor(data: Buffer) {
    this.data = data;
  }

  skip(count: number): void {
    this.data = this.data.subarray(count);
  }

  next(): Buffer {
    const end = 4 + this.data.readUInt32BE(0);
    if (end > this.data.length) throw new Error("it ends too early");
    const field = this.data.subarray(4, end);
    this.data = this.data.subarray(end);
    return field;
  }

  text(): string {
    return this.next().toString();
  }
}

/** The key, or an error that does not show it. */
export function readOpenssh(pem: string, property: string): KeyObject {
  const data = fromPem("OPENSSH PRIVATE KEY", pem, property);
  try {
    return createPrivateKey({ key: jwkOf(data), format: "jwk" });
  } catch {
    throw new Error(
      `${property} is not a private key that can be read; allowed: an RSA, ECDSA or ED25519 key without a passphrase; change it`,
    );
  }
}

function jwkOf(data: Buffer): JsonWebKey {
  if (!data.toString("latin1").startsWith(MAGIC)) throw new Error("not a key of OpenSSH");
  const outer = new Fields(data.subarray(MAGIC.length));
  if (outer.text() !== "none") throw new Error("it has a passphrase");
  // How the passphrase is stretched, the number of keys, the public half.
  outer.next();
  outer.next();
  outer.skip(4);
  outer.next();
  const fields = new Fields(outer.next());
  fields.skip(CHECK_BYTES);
  const type = fields.text();
  if (type === "ssh-rsa") return rsa(fields);
  if (type === "ssh-ed25519") return ed25519(fields);
  if (type.startsWith("ecdsa-")) return ecdsa(fields);
  throw new Error(`keys of type ${type} are not supported`);
}

function rsa(fields: Fields): JsonWebKey {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => fields.next()) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const less = (prime: Buffer): Buffer => fromNumber(toNumber(d) % (toNumber(prime) - 1n));
  const parts = { n, e, d, p, q, dp: less(p), dq: less(q), qi };
  const texts = Object.entries(parts).map(([key, value]) => [key, base64(unsigned(value))]);
  return { kty: "RSA", ...Object.fromEntries(texts) };
}

function ed25519(fields: Fields): JsonWebKey {
  const x = fields.next();
  const d = fields.next().subarray(0, x.length);
  return { kty: "OKP", crv: "Ed25519", x: base64(x), d: base64(d) };
}

function ecdsa(fields: Fields): JsonWebKey {
  const [crv, size] = CURVES[fields.text()]!;
  const point = fields.next();
  const d = unsigned(fields.next());
  return {
    kty: "EC",
    crv,
    x: base64(point.subarray(1, 1 + size)),
    y: base64(point.subarray(1 + size)),
    d: base64(Buffer.concat([Buffer.alloc(size - d.length), d])),
  };
}

const base64 = (bytes: Buffer): string => bytes.toString("base64url");
const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

function fromNumber(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
}

/** Without the zero that says that a number is not negative. */
const unsigned = (bytes: Buffer): Buffer => (bytes[0] === 0 ? bytes.subarray(1) : bytes);
