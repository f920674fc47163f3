"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const echo = new command.local.Command(
  "echo",
  { create: "echo hello", environment: { A: `${step}` } },
  { replaceOnChanges: ["environment.A"] },
);
const any = new command.local.Command(
  "any",
  { create: "echo hello", environment: { A: `${step}` } },
  { replaceOnChanges: ["*"] },
);

exports.said = [echo.stdout, any.stdout];
