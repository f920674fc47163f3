"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const environment = [{ COLOUR: "green", SIZE: "1" }, { COLOUR: "red" }][step];
const echo = new command.local.Command("echo", {
  create: "echo created $COLOUR",
  update: "echo updated $COLOUR",
  environment,
});

exports.said = echo.stdout;
