"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
new command.local.Command(
  "echo",
  { create: `echo ${step}`, environment: { A: `${step}`, B: `${step}` } },
  { ignoreChanges: ["create", "environment.A"] },
);
new random.RandomId(
  "id",
  { byteLength: 2, keepers: { step: `${step}` } },
  { ignoreChanges: ["keepers"] },
);
