"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
if (step === 0)
  new command.local.Command("kept", { create: "true", delete: "exit 1" }, { retainOnDelete: true });
new command.local.Command("gone", { create: "true", delete: "true", triggers: [step] });
