"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const echo = new command.local.Command("echo", {
  create: "echo created",
  update: step === 1 ? "exit 4" : "echo updated",
  environment: { STEP: `${step}` },
});

exports.said = echo.stdout;
