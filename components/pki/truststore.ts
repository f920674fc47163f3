/** A certificate authority in the form that Java reads: PKCS#12. Pure: the same arguments, the same bytes. */
import { createHash, createHmac, X509Certificate } from "node:crypto";
import forge from "node-forge";

const { asn1 } = forge;
type Node = forge.asn1.Asn1;

const oids = {
  data: "1.2.840.113549.1.7.1",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  // Java takes a certificate for a trusted one only when it carries this attribute, for any use here.
  trustedKeyUsage: "2.16.840.1.113894.746875.1.1",
  anyUse: "2.5.29.37.0",
  sha256: "2.16.840.1.101.3.4.2.1",
};
const ITERATIONS = 10_000;

/**
 * A trust store with the certificates of the PEM text, in base64. It holds nothing secret, so it is not encrypted: the
 * password, which Java and OpenSSL ask for, only shows that nobody has changed it. Equal arguments give equal bytes, so
 * that a run without a change has none here either.
 */
export function trustStore(certificatesPem: string, password: string): string {
  const found =
    certificatesPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) {
    throw new Error(
      "the certificates of a trust store: none given. Allowed: one or more in PEM form. Give that of the authority.",
    );
  }
  if (!/^[ -~]{6,}$/.test(password)) {
    throw new Error(
      "the password of a trust store is one that Java's tools refuse, or read otherwise elsewhere. Allowed: 6 or more letters, digits and signs of ASCII.",
    );
  }
  const certificates = found.map((pem) => new X509Certificate(pem).raw);
  const safes = der(
    sequence(content(der(sequence(...certificates.map((raw, index) => bag(raw, index)))))),
  );
  // As good as a random one here, where the salt of one store is to differ from another's, and always the same.
  const salt = createHash("sha256").update(safes).digest().subarray(0, 20);
  const key = macKey(password, salt);
  const digest = createHmac("sha256", key).update(safes).digest();
  const mac = sequence(
    sequence(
      sequence(identifier(oids.sha256), leaf(asn1.Type.NULL, Buffer.alloc(0))),
      octets(digest),
    ),
    octets(salt),
    integer(ITERATIONS),
  );
  return der(sequence(integer(3), content(safes), mac)).toString("base64");
}

function bag(certificate: Buffer, index: number): Node {
  const name = Buffer.from(index === 0 ? "ca" : `ca${index + 1}`);
  return sequence(
    identifier(oids.certificateBag),
    tagged(sequence(identifier(oids.x509Certificate), tagged(octets(certificate)))),
    set(
      sequence(identifier(oids.friendlyName), set(leaf(asn1.Type.BMPSTRING, name))),
      sequence(identifier(oids.trustedKeyUsage), set(identifier(oids.anyUse))),
    ),
  );
}

/** The key of the integrity check, by the function of PKCS#12 (RFC 7292, appendix B). */
function macKey(password: string, salt: Buffer): Buffer {
  const key = forge.pkcs12.generateKey(
    password,
    forge.util.createBuffer(salt.toString("binary")),
    3,
    ITERATIONS,
    32,
    forge.md.sha256.create(),
  );
  return Buffer.from(key.getBytes(), "binary");
}

/** ContentInfo with plain data in it. */
const content = (data: Buffer): Node => sequence(identifier(oids.data), tagged(octets(data)));

const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;
const sequence = (...values: Node[]): Node =>
  asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, values);
const set = (...values: Node[]): Node => asn1.create(UNIVERSAL, asn1.Type.SET, true, values);
const tagged = (value: Node): Node => asn1.create(CONTEXT_SPECIFIC, 0, true, [value]);
const leaf = (type: forge.asn1.Type, value: Buffer): Node =>
  asn1.create(UNIVERSAL, type, false, value.toString("binary"));
const octets = (value: Buffer): Node => leaf(asn1.Type.OCTETSTRING, value);
const identifier = (oid: string): Node =>
  asn1.create(UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(oid).getBytes());
const integer = (value: number): Node =>
  asn1.create(UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes());
const der = (node: Node): Buffer => Buffer.from(asn1.toDer(node).getBytes(), "binary");
