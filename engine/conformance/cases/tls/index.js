"use strict";
const pulumi = require("@pulumi/pulumi");
const tls = require("@pulumi/tls");

const step = new pulumi.Config().getNumber("step") ?? 0;
const caKey = new tls.PrivateKey("ca", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const ca = new tls.SelfSignedCert("ca", {
  privateKeyPem: caKey.privateKeyPem,
  isCaCertificate: true,
  validityPeriodHours: 24,
  allowedUses: ["cert_signing"],
  subject: { commonName: "ca" },
});
const key = new tls.PrivateKey("server", { algorithm: "ED25519" });
const request = new tls.CertRequest("server", {
  privateKeyPem: key.privateKeyPem,
  dnsNames: ["localhost", "example.test"].slice(step),
  ipAddresses: ["127.0.0.1"],
  subject: { commonName: "server", organization: "Conformance" },
});
const certificate = new tls.LocallySignedCert("server", {
  certRequestPem: request.certRequestPem,
  caPrivateKeyPem: caKey.privateKeyPem,
  caCertPem: ca.certPem,
  validityPeriodHours: 12,
  allowedUses: ["server_auth"],
});

exports.ca = ca.certPem;
exports.certificate = certificate.certPem;
