import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harness, type Made } from "../testing/harness.ts";
import { tlsProvider } from "./provider.ts";

const KEY = "tls:index/privateKey:PrivateKey";
const REQUEST = "tls:index/certRequest:CertRequest";
const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

const { create, check, diff, read, update } = harness(tlsProvider());
const text = (made: Made, name: string) => String(made.outputs[name]);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tls-test-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const caInputs = (privateKeyPem: string) => ({
  privateKeyPem,
  subject: { commonName: "Test CA", organization: "Test" },
  isCaCertificate: true,
  setSubjectKeyId: true,
  validityPeriodHours: 24,
  allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
});

describe("certificates", () => {
  test.each([
    ["RSA", { algorithm: "RSA" }],
    ["P224", { algorithm: "ECDSA" }],
    ["P384", { algorithm: "ECDSA", ecdsaCurve: "P384" }],
    ["ED25519", { algorithm: "ED25519" }],
  ])("a chain from a %s authority holds for openssl", async (name, algorithm) => {
    const caKey = await create(KEY, "ca", algorithm);
    const ca = await create(SELF_SIGNED, "ca", {
      ...caInputs(text(caKey, "privateKeyPem")),
      setAuthorityKeyId: true,
      maxPathLength: 0,
    });
    const key = await create(KEY, "key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const request = await create(REQUEST, "request", {
      privateKeyPem: text(key, "privateKeyPem"),
      subject: { commonName: "postgres1" },
      dnsNames: ["postgres1", "localhost"],
      ipAddresses: ["127.0.0.1", "::1"],
      uris: ["spiffe://test/postgres1"],
    });
    const leaf = await create(SIGNED, "leaf", {
      certRequestPem: text(request, "certRequestPem"),
      caCertPem: text(ca, "certPem"),
      caPrivateKeyPem: text(caKey, "privateKeyPem"),
      validityPeriodHours: 12,
      allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
    });
    const caPath = file(`${name}.ca.crt`, text(ca, "certPem"));
    const leafPath = file(`${name}.crt`, text(leaf, "certPem"));
    for (const purpose of ["sslserver", "sslclient"])
      expect(
        run("openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", caPath, leafPath),
      ).toContain("OK");
    const host = ["-verify_hostname", "postgres1", "-verify_ip", "127.0.0.1"];
    expect(run("openssl", "verify", ...host, "-CAfile", caPath, leafPath)).toContain("OK");
    run(
      "openssl",
      "req",
      "-verify",
      "-noout",
      "-in",
      file(`${name}.csr`, text(request, "certRequestPem")),
    );

    const parsed = new X509Certificate(text(leaf, "certPem"));
    const issuer = new X509Certificate(text(ca, "certPem"));
    expect(parsed.verify(issuer.publicKey)).toBe(true);
    expect(parsed.subject).toBe("CN=postgres1");
    expect(parsed.subjectAltName).toBe(
      "DNS:postgres1, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, URI:spiffe://test/postgres1",
    );
    expect(BigInt(`0x${parsed.serialNumber}`).toString()).toBe(leaf.id);
    expect(issuer.ca).toBe(true);
    expect(parsed.ca).toBe(false);
    expect(leaf.outputs).toMatchObject({
      caKeyAlgorithm: name.startsWith("P") ? "ECDSA" : name,
      isCaCertificate: false,
      earlyRenewalHours: 0,
      setSubjectKeyId: false,
      readyForRenewal: false,
    });
    const start = Date.parse(text(leaf, "validityStartTime"));
    expect(Date.parse(text(leaf, "validityEndTime")) - start).toBe(12 * 3_600_000);
  });

  test("a subject keeps all of its parts", async () => {
    const key = await create(KEY, "key", { algorithm: "ED25519" });
    const certificate = await create(SELF_SIGNED, "full", {
      privateKeyPem: text(key, "privateKeyPem"),
      subject: {
        commonName: "Jürgen",
        country: "DE",
        province: "B",
        locality: "L",
        streetAddresses: ["s1", "s2"],
        postalCode: "1",
        organization: "O",
        organizationalUnit: "OU",
        serialNumber: "77",
        emailAddress: "a@b.c",
      },
      validityPeriodHours: 1,
      allowedUses: ["server_auth"],
    });
    const { subject } = new X509Certificate(text(certificate, "certPem"));
    for (const part of [
      "CN=Jürgen",
      "C=DE",
      "ST=B",
      "L=L",
      "street=s1",
      "street=s2",
      "postalCode=1",
    ])
      expect(subject).toContain(part);
    for (const part of ["O=O", "OU=OU", "serialNumber=77", "emailAddress=a@b.c"])
      expect(subject).toContain(part);
  });

  test("renewal: early renewal hours change in place until the time has come", async () => {
    const key = await create(KEY, "key", { algorithm: "ED25519" });
    const inputs = caInputs(text(key, "privateKeyPem"));
    const certificate = await create(SELF_SIGNED, "ca", inputs);
    expect(await diff(certificate, inputs)).toEqual({ changed: [], replaced: [] });
    expect(await diff(certificate, { ...inputs, earlyRenewalHours: 2 })).toEqual({
      changed: ["earlyRenewalHours"],
      replaced: [],
    });
    const updated = await update(certificate, { ...inputs, earlyRenewalHours: 2 });
    expect(updated.outputs).toMatchObject({
      earlyRenewalHours: 2,
      certPem: certificate.outputs["certPem"],
      id: certificate.id,
    });
    const due = await diff(certificate, { ...inputs, earlyRenewalHours: 24 });
    expect(due.replaced).toEqual(["readyForRenewal"]);
    const aged = {
      ...updated,
      outputs: { ...updated.outputs, validityEndTime: "2020-01-01T00:00:00Z" },
    };
    expect((await read(aged))!.outputs).toMatchObject({ readyForRenewal: true });
  });

  test("an authority whose key is another's is refused without showing the key", async () => {
    const [key, other] = [
      await create(KEY, "key", { algorithm: "ED25519" }),
      await create(KEY, "other", { algorithm: "ED25519" }),
    ];
    const ca = await create(SELF_SIGNED, "ca", caInputs(text(key, "privateKeyPem")));
    const request = await create(REQUEST, "r", { privateKeyPem: text(key, "privateKeyPem") });
    const inputs = {
      certRequestPem: text(request, "certRequestPem"),
      caCertPem: text(ca, "certPem"),
      caPrivateKeyPem: text(other, "privateKeyPem"),
      validityPeriodHours: 1,
      allowedUses: [],
    };
    await expect(create(SIGNED, "leaf", inputs)).rejects.toThrow(/not the key of caCertPem/);
    await expect(create(SIGNED, "leaf", { ...inputs, caPrivateKeyPem: "hunter2" })).rejects.toThrow(
      /^(?!.*hunter2).*caPrivateKeyPem is not a private key/,
    );
  });

  test("an authority that is none gets a warning", async () => {
    const key = await create(KEY, "key", { algorithm: "ED25519" });
    const inputs = { ...caInputs(text(key, "privateKeyPem")), isCaCertificate: false };
    const noCa = await create(SELF_SIGNED, "ca", inputs);
    const request = await create(REQUEST, "r", { privateKeyPem: text(key, "privateKeyPem") });
    const leaf = await create(SIGNED, "leaf", {
      certRequestPem: text(request, "certRequestPem"),
      caCertPem: text(noCa, "certPem"),
      caPrivateKeyPem: text(key, "privateKeyPem"),
      validityPeriodHours: 1,
      allowedUses: [],
    });
    expect(leaf.log).toEqual(["caCertPem is no CA certificate; what it signs may be refused"]);
  });

  test("a use that does not exist is refused with what is allowed", async () => {
    const { failures } = await check(SELF_SIGNED, "x", {
      ...caInputs("k"),
      allowedUses: ["server"],
    });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ property: "allowedUses[0]" });
    expect(failures[0]!.reason).toContain('"server_auth"');
  });
});
