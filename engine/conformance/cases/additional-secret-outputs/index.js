"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const echo = new command.local.Command(
  "echo",
  { create: "echo classified", logging: "none" },
  { additionalSecretOutputs: ["stdout"] },
);
const copy = new command.local.Command("copy", {
  create: "echo $TEXT",
  logging: "none",
  environment: { TEXT: echo.stdout },
});

exports.said = echo.stdout;
exports.copied = copy.stdout;
