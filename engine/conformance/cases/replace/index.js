"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const id = new random.RandomId("id", { byteLength: 4 + 4 * step });
const text = new random.RandomString("text", {
  length: 8,
  special: false,
  keepers: { id: id.hex },
});

exports.hex = id.hex;
exports.text = text.result;
