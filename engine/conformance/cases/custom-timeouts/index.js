"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
new command.local.Command(
  "echo",
  { create: "true", triggers: [] },
  { customTimeouts: step === 0 ? { create: "5m", delete: "1h30m" } : { create: "90s" } },
);
