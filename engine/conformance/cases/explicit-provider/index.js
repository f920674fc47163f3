"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;
const provider = new random.Provider("mine");
const commands = new command.Provider("commands");
const id = new random.RandomId("id", { byteLength: 2 + 2 * step }, { provider });

class Group extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("conformance:index:Group", name, {}, opts);
    this.echo = new command.local.Command(
      `${name}-echo`,
      { create: "echo hello" },
      { parent: this },
    );
  }
}
const group = new Group("group", { providers: { command: commands } });

exports.said = [id.hex, group.echo.stdout];
