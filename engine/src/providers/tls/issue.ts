import { createHash, randomBytes, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extensions,
  KeyIdentifier,
  KeyUsage,
  SubjectKeyIdentifier,
  TBSCertificate,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  type Extension,
  type Name,
  type SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import type { PropertyMap } from "../../provider.ts";
import type { Made } from "../actions.ts";
import { newExtension } from "./names.ts";
import { toPem } from "./pem.ts";
import { schemeFor, signDer } from "./sign.ts";
import { extendedUsages, keyUsages } from "./usages.ts";

const HOUR_MS = 3_600_000;
const SERIAL_BYTES = 16;

export interface Issuer {
  readonly name: Name;
  readonly key: KeyObject;
  readonly keyIdentifier: ArrayBuffer | SubjectKeyIdentifier | undefined;
}

export interface Request {
  readonly subject: Name;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly names: Extension | undefined;
  readonly issuer: Issuer;
}

/** Signs a certificate as the inputs of SelfSignedCert and LocallySignedCert describe it. */
export function issue(inputs: PropertyMap, request: Request): Made {
  const start = Date.now();
  const end = start + Number(inputs["validityPeriodHours"]) * HOUR_MS;
  const serial = randomBytes(SERIAL_BYTES);
  // Positive, and without leading zeros that DER would not allow.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const { identifier } = schemeFor(request.issuer.key);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array(serial).buffer,
    signature: identifier,
    issuer: request.issuer.name,
    validity: new Validity({ notBefore: new Date(start), notAfter: new Date(end) }),
    subject: request.subject,
    subjectPublicKeyInfo: request.publicKey,
    extensions: new Extensions(extensions(inputs, request)),
  });
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: identifier,
    signatureValue: signDer(AsnConvert.serialize(tbsCertificate), request.issuer.key),
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: toPem("CERTIFICATE", AsnConvert.serialize(certificate)),
      validityStartTime: new Date(start).toISOString(),
      validityEndTime: new Date(end).toISOString(),
    },
  };
}

function extensions(inputs: PropertyMap, { subject, publicKey, names, issuer }: Request) {
  const uses = (inputs["allowedUses"] as string[] | undefined) ?? [];
  const bits = uses.reduce((sum, use) => sum | (keyUsages[use] ?? 0), 0);
  const oids = uses.flatMap((use) => extendedUsages[use] ?? []);
  const isCa = inputs["isCaCertificate"] === true;
  if (isCa && subject.length === 0)
    throw new Error(
      "subject is empty; allowed: at least one name when isCaCertificate is true; add commonName",
    );
  // RFC 5280 4.2.1.2, method 1.
  const ownId = createHash("sha1").update(Buffer.from(publicKey.subjectPublicKey)).digest();
  const hasOwnId = isCa || inputs["setSubjectKeyId"] === true;
  const issuerId = issuerIdentifier(inputs, issuer, hasOwnId ? ownId : undefined);
  return [
    ...(bits ? [newExtension(id_ce_keyUsage, true, new KeyUsage(bits))] : []),
    ...(oids.length ? [newExtension(id_ce_extKeyUsage, false, new ExtendedKeyUsage(oids))] : []),
    newExtension(id_ce_basicConstraints, true, constraints(inputs, isCa)),
    ...(hasOwnId
      ? [newExtension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(ownId))]
      : []),
    ...(issuerId
      ? [
          newExtension(
            id_ce_authorityKeyIdentifier,
            false,
            new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuerId) }),
          ),
        ]
      : []),
    ...(names ? [names] : []),
  ];
}

function constraints(inputs: PropertyMap, isCa: boolean): BasicConstraints {
  const length = inputs["maxPathLength"];
  const limited = isCa && typeof length === "number" && length >= 0;
  return new BasicConstraints({ cA: isCa, ...(limited && { pathLenConstraint: length }) });
}

/** A self-signed certificate names itself only when asked to; one that another signed always names its issuer. */
function issuerIdentifier(
  inputs: PropertyMap,
  { keyIdentifier }: Issuer,
  ownId: Buffer | undefined,
): Buffer | undefined {
  if (keyIdentifier)
    return Buffer.from(keyIdentifier instanceof ArrayBuffer ? keyIdentifier : keyIdentifier.buffer);
  if (inputs["setAuthorityKeyId"] !== true) return undefined;
  if (ownId) return ownId;
  throw new Error(
    "setAuthorityKeyId is true but the certificate has no subject key id; set setSubjectKeyId to true as well",
  );
}
