"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const before = new random.RandomId("before", { byteLength: 2 });
const breaks = new command.local.Command(
  "breaks",
  { create: step === 0 ? "echo going wrong >&2; exit 3" : "echo right" },
  { dependsOn: before },
);
const after = new random.RandomId("after", { byteLength: 2, keepers: { said: breaks.stdout } });

exports.after = after.hex;
