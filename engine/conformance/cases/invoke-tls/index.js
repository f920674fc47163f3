"use strict";
const tls = require("@pulumi/tls");

const key = new tls.PrivateKey("key", { algorithm: "ED25519" });
const half = tls.getPublicKeyOutput({ privateKeyOpenssh: key.privateKeyOpenssh });
exports.algorithm = half.algorithm;
exports.same = half.publicKeyOpenssh.apply((text) =>
  key.publicKeyOpenssh.apply((own) => own === text),
);
exports.id = half.id.apply((id) => key.id.apply((own) => own === id));
