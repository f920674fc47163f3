import { AsnConvert } from "@peculiar/asn1-schema";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { Attribute, Extensions } from "@peculiar/asn1-x509";
import type { Actions } from "../actions.ts";
import { isMap } from "../schema.ts";
import { alternativeNames, subjectName } from "./names.ts";
import { algorithmOf, readPrivateKey, stateHash, toPem } from "./pem.ts";
import { publicKeyInfo, schemeFor, signDer } from "./sign.ts";

export const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

export const certRequestActions: Actions = {
  async create(_call, inputs) {
    const key = readPrivateKey(String(inputs["privateKeyPem"]), "privateKeyPem");
    const names = alternativeNames(inputs);
    const values = names ? [AsnConvert.serialize(new Extensions([names]))] : [];
    const certificationRequestInfo = new CertificationRequestInfo({
      subject: subjectName(isMap(inputs["subject"]) ? inputs["subject"] : undefined),
      subjectPKInfo: publicKeyInfo(key),
      attributes: new Attributes(names ? [new Attribute({ type: EXTENSION_REQUEST, values })] : []),
    });
    const certRequestPem = toPem(
      "CERTIFICATE REQUEST",
      AsnConvert.serialize(
        new CertificationRequest({
          certificationRequestInfo,
          signatureAlgorithm: schemeFor(key).identifier,
          signature: signDer(AsnConvert.serialize(certificationRequestInfo), key),
        }),
      ),
    );
    const id = stateHash(Buffer.from(certRequestPem));
    return { id, outputs: { ...inputs, certRequestPem, keyAlgorithm: algorithmOf(key) } };
  },
};
