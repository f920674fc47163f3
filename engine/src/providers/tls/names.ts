import { isIP } from "node:net";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AttributeTypeAndValue,
  AttributeValue,
  Extension,
  GeneralName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  id_ce_subjectAltName,
} from "@peculiar/asn1-x509";
import type { PropertyMap } from "../../provider.ts";
import { isMap } from "../schema.ts";

/** In the order in which the reference writes them. */
const attributes: readonly (readonly [string, string])[] = [
  ["country", "2.5.4.6"],
  ["province", "2.5.4.8"],
  ["locality", "2.5.4.7"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["organization", "2.5.4.10"],
  ["organizationalUnit", "2.5.4.11"],
  ["commonName", "2.5.4.3"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
];

const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

export function subjectName(subject: PropertyMap | undefined): Name {
  const parts = attributes.flatMap(([property, oid]) => {
    const given = subject?.[property];
    const values = (Array.isArray(given) ? given : [given]).filter(
      (value): value is string => typeof value === "string" && value !== "",
    );
    if (values.length === 0) return [];
    const pairs = values.map(
      (value) => new AttributeTypeAndValue({ type: oid, value: attributeValue(property, value) }),
    );
    return [new RelativeDistinguishedName(pairs)];
  });
  return new Name(parts);
}

function attributeValue(property: string, value: string): AttributeValue {
  if (property === "emailAddress") return new AttributeValue({ ia5String: value });
  return new AttributeValue(
    printable.test(value) ? { printableString: value } : { utf8String: value },
  );
}

const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

/** The names that a certificate is good for; undefined when there are none. */
export function alternativeNames(inputs: PropertyMap): Extension | undefined {
  const ipAddresses = strings(inputs["ipAddresses"]);
  const wrong = ipAddresses.find((address) => isIP(address) === 0);
  if (wrong !== undefined)
    throw new Error(
      `ipAddresses has ${JSON.stringify(wrong)}; allowed: IPv4 and IPv6 addresses; change it, or list it in dnsNames`,
    );
  const names = [
    ...strings(inputs["dnsNames"]).map((dNSName) => new GeneralName({ dNSName })),
    ...ipAddresses.map((iPAddress) => new GeneralName({ iPAddress })),
    ...strings(inputs["uris"]).map(
      (uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier }),
    ),
  ];
  if (names.length === 0) return undefined;
  const critical = !isMap(inputs["subject"]);
  return newExtension(id_ce_subjectAltName, critical, new SubjectAlternativeName(names));
}

export const newExtension = (extnID: string, critical: boolean, value: unknown): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
