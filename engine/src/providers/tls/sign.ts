import { createPublicKey, sign, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";

const DER_NULL = new Uint8Array([5, 0]).buffer;

interface Scheme {
  readonly hash: string | undefined;
  readonly identifier: AlgorithmIdentifier;
}

const ecdsa: Record<string, readonly [hash: string, oid: string]> = {
  secp224r1: ["sha256", "1.2.840.10045.4.3.2"],
  prime256v1: ["sha256", "1.2.840.10045.4.3.2"],
  secp384r1: ["sha384", "1.2.840.10045.4.3.3"],
  secp521r1: ["sha512", "1.2.840.10045.4.3.4"],
};

/** The signature algorithm that fits a key, as the reference picks it. */
export function schemeFor(key: KeyObject): Scheme {
  const identifier = (algorithm: string, parameters?: ArrayBuffer) =>
    new AlgorithmIdentifier({ algorithm, ...(parameters && { parameters }) });
  if (key.asymmetricKeyType === "rsa")
    return { hash: "sha256", identifier: identifier("1.2.840.113549.1.1.11", DER_NULL) };
  if (key.asymmetricKeyType === "ed25519")
    return { hash: undefined, identifier: identifier("1.3.101.112") };
  const known = ecdsa[String(key.asymmetricKeyDetails?.namedCurve)];
  if (key.asymmetricKeyType === "ec" && known)
    return { hash: known[0], identifier: identifier(known[1]) };
  throw new Error(
    `the private key is of type ${key.asymmetricKeyType}; allowed: RSA, ECDSA (P224, P256, P384, P521), ED25519; change it`,
  );
}

export function signDer(der: ArrayBuffer, key: KeyObject): ArrayBuffer {
  const signature = sign(schemeFor(key).hash, Buffer.from(der), key);
  return new Uint8Array(signature).buffer;
}

export function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return AsnConvert.parse(der, SubjectPublicKeyInfo);
}
