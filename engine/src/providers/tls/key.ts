import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { opensshPrivateKey, opensshPublicKey } from "./openssh.ts";
import { stateHash } from "./pem.ts";

const curves: Record<string, string> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generate = promisify(generateKeyPair) as unknown as (
  type: string,
  options: object,
) => Promise<Pair>;

async function newPair(algorithm: string, rsaBits: number, ecdsaCurve: string): Promise<Pair> {
  if (algorithm === "RSA") return generate("rsa", { modulusLength: rsaBits });
  if (algorithm === "ECDSA") return generate("ec", { namedCurve: curves[ecdsaCurve]! });
  return generate("ed25519", {});
}

const traditional = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;

/** All forms in which the reference gives a key. OpenSSH knows no P-224, so its forms are empty there. */
export function keyOutputs(
  algorithm: keyof typeof traditional,
  { publicKey, privateKey }: Pair,
): PropertyMap {
  return {
    privateKeyPem: pemOf(privateKey, traditional[algorithm]),
    privateKeyPemPkcs8: pemOf(privateKey, "pkcs8"),
    privateKeyOpenssh: opensshPublicKey(publicKey) ? opensshPrivateKey(privateKey) : "",
    ...publicKeyOutputs(publicKey),
  };
}

export function publicKeyOutputs(publicKey: KeyObject): PropertyMap {
  const blob = opensshPublicKey(publicKey);
  const digest = (hash: string) =>
    createHash(hash)
      .update(blob ? blob.data : "")
      .digest();
  return {
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKeyOpenssh: blob ? `${blob.type} ${blob.data.toString("base64")}\n` : "",
    publicKeyFingerprintMd5: blob ? digest("md5").toString("hex").match(/../g)!.join(":") : "",
    publicKeyFingerprintSha256: blob
      ? `SHA256:${digest("sha256").toString("base64").replace(/=+$/, "")}`
      : "",
  };
}

export const publicKeyId = (key: KeyObject): string =>
  stateHash(key.export({ type: "spki", format: "der" }));

const pemOf = (key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8") =>
  key.export({ type: type as "pkcs8", format: "pem" }).toString();

export const privateKeyActions: Actions = {
  async create(_call, inputs) {
    const settings = { rsaBits: 2048, ecdsaCurve: "P224", ...inputs };
    const algorithm = inputs["algorithm"] as keyof typeof traditional;
    const pair = await newPair(algorithm, Number(settings.rsaBits), String(settings.ecdsaCurve));
    const id = publicKeyId(pair.publicKey);
    return { id, outputs: { ...settings, ...keyOutputs(algorithm, pair) } };
  },
};
