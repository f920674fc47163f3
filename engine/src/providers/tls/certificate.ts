import { createPublicKey } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { CertificationRequest } from "@peculiar/asn1-csr";
import {
  BasicConstraints,
  Certificate,
  Extensions,
  SubjectKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  type Extension,
} from "@peculiar/asn1-x509";
import type { PropertyMap } from "../../provider.ts";
import type { Actions, Made } from "../actions.ts";
import { isMap } from "../schema.ts";
import { issue, type Issuer } from "./issue.ts";
import { alternativeNames, subjectName } from "./names.ts";
import { algorithmOf, fromPem, readPrivateKey } from "./pem.ts";
import { EXTENSION_REQUEST } from "./request.ts";
import { isDueForRenewal } from "./schema.ts";
import { publicKeyInfo } from "./sign.ts";

const settings = {
  earlyRenewalHours: 0,
  isCaCertificate: false,
  setSubjectKeyId: false,
  readyForRenewal: false,
};

const renewable: Pick<Actions, "read" | "update"> = {
  async read(_call, _id, known) {
    const due = isDueForRenewal(known, known["earlyRenewalHours"], Date.now());
    return due ? { ...known, readyForRenewal: true } : known;
  },
  /** Only earlyRenewalHours can change in place, and the certificate does not contain it. */
  async update(_call, _id, old, inputs) {
    return { ...old, ...settings, readyForRenewal: old["readyForRenewal"] === true, ...inputs };
  },
};

export const selfSignedActions: Actions = {
  ...renewable,
  async create(_call, inputs): Promise<Made> {
    const key = readPrivateKey(String(inputs["privateKeyPem"]), "privateKeyPem");
    const subject = subjectName(isMap(inputs["subject"]) ? inputs["subject"] : undefined);
    const publicKey = publicKeyInfo(key);
    const { id, outputs } = issue(inputs, {
      subject,
      publicKey,
      names: alternativeNames(inputs),
      issuer: { name: subject, key, keyIdentifier: undefined },
    });
    const own = { setAuthorityKeyId: false, keyAlgorithm: algorithmOf(key) };
    return { id, outputs: { ...settings, ...own, ...inputs, ...outputs } };
  },
};

export const locallySignedActions: Actions = {
  ...renewable,
  async create(call, inputs): Promise<Made> {
    const key = readPrivateKey(String(inputs["caPrivateKeyPem"]), "caPrivateKeyPem");
    const pem = fromPem("CERTIFICATE REQUEST", String(inputs["certRequestPem"]), "certRequestPem");
    const { certificationRequestInfo: request } = AsnConvert.parse(pem, CertificationRequest);
    const { id, outputs } = issue(inputs, {
      subject: request.subject,
      publicKey: request.subjectPKInfo,
      names: requestedNames(request.attributes),
      issuer: readIssuer(inputs, key, (line) => call.log(line, "warning")),
    });
    const own = { caKeyAlgorithm: algorithmOf(key) };
    return { id, outputs: { ...settings, ...own, ...inputs, ...outputs } };
  },
};

type RequestAttributes = CertificationRequest["certificationRequestInfo"]["attributes"];

function requestedNames(attributes: RequestAttributes): Extension | undefined {
  const wanted = [...attributes].find(({ type }) => type === EXTENSION_REQUEST)?.values[0];
  if (!wanted) return undefined;
  return [...AsnConvert.parse(wanted, Extensions)].find(
    ({ extnID }) => extnID === id_ce_subjectAltName,
  );
}

function readIssuer(inputs: PropertyMap, key: Issuer["key"], warn: (line: string) => void): Issuer {
  const der = fromPem("CERTIFICATE", String(inputs["caCertPem"]), "caCertPem");
  const { tbsCertificate: ca } = AsnConvert.parse(der, Certificate);
  const spki = Buffer.from(AsnConvert.serialize(ca.subjectPublicKeyInfo));
  if (!createPublicKey(key).export({ type: "spki", format: "der" }).equals(spki))
    throw new Error(
      "caPrivateKeyPem is not the key of caCertPem; give the pair that belongs together",
    );
  const find = (id: string) => [...(ca.extensions ?? [])].find(({ extnID }) => extnID === id);
  const constraints = find(id_ce_basicConstraints)?.extnValue.buffer;
  if (!constraints || !AsnConvert.parse(constraints, BasicConstraints).cA)
    warn("caCertPem is no CA certificate; what it signs may be refused");
  const identifier = find(id_ce_subjectKeyIdentifier)?.extnValue;
  const keyIdentifier = identifier && AsnConvert.parse(identifier.buffer, SubjectKeyIdentifier);
  return { name: ca.subject, key, keyIdentifier };
}
