import { createPublicKey, randomBytes, type JsonWebKey, type KeyObject } from "node:crypto";
import { toPem } from "./pem.ts";

/** The names that OpenSSH has for curves; P-224 is not among them. */
const curveNames: Record<string, string> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

const BLOCK_BYTES = 8;

interface PublicBlob {
  readonly type: string;
  readonly data: Buffer;
}

const bytes = (base64url: string | undefined) => Buffer.from(base64url ?? "", "base64url");

function field(value: Buffer | string): Buffer {
  const data = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

/** A number in the shortest form that is not taken for a negative one. */
function number(value: Buffer): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : value.subarray(start);
  return field(digits[0]! >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}

const point = ({ x, y }: JsonWebKey) => Buffer.concat([Buffer.of(4), bytes(x), bytes(y)]);

/** The public key in OpenSSH's form; undefined where OpenSSH does not know the curve. */
export function opensshPublicKey(key: KeyObject): PublicBlob | undefined {
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const jwk = key.export({ format: "jwk" });
  if (jwk.kty === "RSA") {
    const parts = [field("ssh-rsa"), number(bytes(jwk.e)), number(bytes(jwk.n))];
    return { type: "ssh-rsa", data: Buffer.concat(parts) };
  }
  if (jwk.kty === "OKP") {
    const data = Buffer.concat([field("ssh-ed25519"), field(bytes(jwk.x))]);
    return { type: "ssh-ed25519", data };
  }
  const curve = curveNames[jwk.crv!]!;
  const type = `ecdsa-sha2-${curve}`;
  return { type, data: Buffer.concat([field(type), field(curve), field(point(jwk))]) };
}

function privateFields(jwk: JsonWebKey): Buffer[] {
  if (jwk.kty === "RSA")
    return [
      field("ssh-rsa"),
      ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((value) => number(bytes(value))),
    ];
  if (jwk.kty === "OKP") {
    const [publicKey, seed] = [bytes(jwk.x), bytes(jwk.d)];
    return [field("ssh-ed25519"), field(publicKey), field(Buffer.concat([seed, publicKey]))];
  }
  const curve = curveNames[jwk.crv!]!;
  return [field(`ecdsa-sha2-${curve}`), field(curve), field(point(jwk)), number(bytes(jwk.d))];
}

/** The private key in OpenSSH's own format, not encrypted, without a comment. */
export function opensshPrivateKey(key: KeyObject): string {
  const publicBlob = opensshPublicKey(createPublicKey(key))!;
  const check = randomBytes(4);
  const secret = [check, check, ...privateFields(key.export({ format: "jwk" })), field("")];
  const length = secret.reduce((sum, part) => sum + part.length, 0);
  const missing = (BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES;
  const padding = Buffer.from(Array.from({ length: missing }, (_, index) => index + 1));
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    Buffer.of(0, 0, 0, 1),
    field(publicBlob.data),
    field(Buffer.concat([...secret, padding])),
  ]);
  return toPem("OPENSSH PRIVATE KEY", new Uint8Array(body).buffer);
}
