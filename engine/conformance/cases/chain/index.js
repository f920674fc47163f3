"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const first = new random.RandomId("first", { byteLength: 2 + 2 * step });
const second = new random.RandomId("second", { byteLength: 2, keepers: { first: first.hex } });
const third = new command.local.Command("third", {
  create: "echo $SECOND",
  environment: { SECOND: second.hex },
});
const fourth = new random.RandomString("fourth", {
  length: 4,
  special: false,
  keepers: { third: third.stdout },
});

exports.last = fourth.result;
