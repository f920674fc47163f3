"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const id = new random.RandomId("id", { byteLength: 2 + 2 * step });
const echo = new command.local.Command("echo", { create: "echo hello" });

exports.hex = id.hex;
exports.said = echo.stdout;
