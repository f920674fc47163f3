import type { PropertyMap } from "../../provider.ts";
import type { Properties, ResourceSchema } from "../schema.ts";
import { extendedUsages, keyUsages } from "./usages.ts";

const replaces = { forceNew: true } as const;
const text = { kind: "string", ...replaces } as const;
const flag = { kind: "boolean", ...replaces, default: false } as const;
const texts = { kind: { list: "string" }, ...replaces } as const;
const output = { kind: "string", outputOnly: true } as const;
const secretOutput = { ...output, secret: true } as const;
const secretInput = { ...text, required: true, secret: true } as const;

const subject: Properties = {
  commonName: text,
  country: text,
  emailAddress: text,
  locality: text,
  organization: text,
  organizationalUnit: text,
  postalCode: text,
  province: text,
  serialNumber: text,
  streetAddresses: texts,
};

const names: Properties = {
  subject: { kind: { block: subject }, ...replaces },
  dnsNames: texts,
  ipAddresses: texts,
  uris: texts,
};

const HOUR_MS = 3_600_000;

/** Whether a certificate has reached the time from which it is to be replaced. */
export function isDueForRenewal(
  state: PropertyMap,
  earlyRenewalHours: unknown,
  now: number,
): boolean {
  const end = Date.parse(String(state["validityEndTime"]));
  return Number.isFinite(end) && now >= end - Number(earlyRenewalHours ?? 0) * HOUR_MS;
}

const validity: Properties = {
  validityPeriodHours: { kind: "integer", ...replaces, required: true, atLeast: 0 },
  earlyRenewalHours: { kind: "integer", default: 0, atLeast: 0 },
  allowedUses: {
    ...texts,
    required: true,
    allowed: [...Object.keys(keyUsages), ...Object.keys(extendedUsages)].sort(),
  },
  isCaCertificate: flag,
  maxPathLength: { kind: "integer", ...replaces, computed: true, atLeast: -1 },
  setSubjectKeyId: flag,
  certPem: output,
  readyForRenewal: { kind: "boolean", outputOnly: true, planned: false },
  validityStartTime: output,
  validityEndTime: output,
};

const expires = (old: PropertyMap, now: PropertyMap): readonly string[] =>
  isDueForRenewal(old, now["earlyRenewalHours"], Date.now()) ? ["readyForRenewal"] : [];

export const schemas: Record<
  "privateKey" | "certRequest" | "selfSignedCert" | "locallySignedCert",
  ResourceSchema
> = {
  privateKey: {
    type: "tls:index/privateKey:PrivateKey",
    bridge: "framework",
    stateVersion: 1,
    properties: {
      algorithm: { ...text, required: true, allowed: ["RSA", "ECDSA", "ED25519"] },
      rsaBits: { kind: "integer", ...replaces, default: 2048, atLeast: 1024 },
      ecdsaCurve: { ...text, default: "P224", allowed: ["P224", "P256", "P384", "P521"] },
      privateKeyPem: secretOutput,
      privateKeyPemPkcs8: secretOutput,
      privateKeyOpenssh: secretOutput,
      publicKeyPem: output,
      publicKeyOpenssh: output,
      publicKeyFingerprintMd5: output,
      publicKeyFingerprintSha256: output,
    },
  },
  certRequest: {
    type: "tls:index/certRequest:CertRequest",
    bridge: "framework",
    properties: {
      ...names,
      privateKeyPem: secretInput,
      certRequestPem: output,
      keyAlgorithm: output,
    },
  },
  selfSignedCert: {
    type: "tls:index/selfSignedCert:SelfSignedCert",
    bridge: "framework",
    properties: {
      ...names,
      ...validity,
      privateKeyPem: secretInput,
      setAuthorityKeyId: flag,
      keyAlgorithm: output,
    },
    mustReplace: expires,
  },
  locallySignedCert: {
    type: "tls:index/locallySignedCert:LocallySignedCert",
    bridge: "framework",
    properties: {
      ...validity,
      certRequestPem: { ...text, required: true },
      caCertPem: { ...text, required: true },
      caPrivateKeyPem: secretInput,
      caKeyAlgorithm: output,
    },
    mustReplace: expires,
  },
};

/** Of the function getPublicKey: the key in one of two forms. */
export const publicKeyArguments = {
  properties: {
    privateKeyPem: { kind: "string", secret: true },
    privateKeyOpenssh: { kind: "string", secret: true },
  },
  rules: ({ privateKeyPem, privateKeyOpenssh }: PropertyMap) =>
    (privateKeyPem === undefined) === (privateKeyOpenssh === undefined)
      ? [
          {
            property: "privateKeyPem",
            reason: "and privateKeyOpenssh: exactly one of the two must be given; change them",
          },
        ]
      : [],
} as const;
