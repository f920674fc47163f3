"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const secret = new pulumi.Config().requireSecret("secret");
const made = new random.RandomId("made", { byteLength: 2 + (step > 0 ? 2 : 0) });
const echo = (text) =>
  command.local.runOutput({ command: pulumi.interpolate`echo ${text}` }).stdout;

exports.plain = echo("plain");
exports.secret = echo(secret);
// Unknown in the first preview.
exports.unknown = command.local.runOutput({
  command: "echo",
  environment: { ID: made.hex },
}).command;
exports.promised = command.local
  .run({ command: "echo promised", logging: "none" })
  .then((r) => r.stdout);
exports.environment = command.local.runOutput({
  command: "cat; echo $WHO",
  stdin: "from stdin,",
  environment: { WHO: "us" },
}).stdout;
const message = (error) => error.message;
if (step === 2)
  exports.failed = command.local.run({ command: "echo no >&2; exit 3" }).catch(message);
