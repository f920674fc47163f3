"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const command = require("@pulumi/command");

const id = new random.RandomId("id", { byteLength: 2 });
const echo = new command.local.Command("echo", {
  create: pulumi.interpolate`echo ${id.hex}`,
  environment: { KNOWN: "yes", UNKNOWN: id.hex },
  triggers: ["one", id.hex, [id.dec, 2], { deep: id.b64Std }],
});
id.hex.apply((hex) => new random.RandomId(`late-${hex.length}`, { byteLength: 2 }));

exports.said = echo.stdout;
exports.nested = { list: [id.hex, "known"], known: true };
