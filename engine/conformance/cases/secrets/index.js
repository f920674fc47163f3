"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const config = new pulumi.Config();
const password = config.requireSecret("password");
const echo = new command.local.Command("echo", {
  create: "echo hidden",
  environment: { PASSWORD: password, LENGTH: password.apply((text) => `${text.length}`) },
});

exports.password = password;
exports.upper = password.apply((text) => text.toUpperCase());
exports.nested = { plain: "yes", inner: pulumi.secret({ a: 1, b: ["x"] }) };
exports.said = echo.stdout;
exports.unsaid = pulumi.unsecret(password.apply((text) => text.length));
