"use strict";
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const shade = new random.RandomId("shade", { byteLength: 2, keepers: { colour: "green" } });
const echo = new command.local.Command("echo", { create: "echo hello", delete: "true" });

exports.shade = shade.hex;
exports.said = echo.stdout;
