"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const house = new command.local.Command("house", {
  create: "true",
  delete: "true",
  triggers: step === 1 ? ["again"] : [],
});
if (step < 2)
  new command.local.Command("room", { create: "true", delete: "exit 1" }, { deletedWith: house });
