"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const names = ["before", "after", "after"];
const id = new random.RandomId(
  names[step],
  { byteLength: 2 },
  step === 1 ? { aliases: [{ name: "before" }] } : {},
);

exports.hex = id.hex;
