"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

class Group extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("conformance:index:Group", name, {}, opts);
  }
}

const step = new pulumi.Config().getNumber("step") ?? 0;
const root = { parent: pulumi.rootStackResource };
const group = step === 0 ? new Group("old") : new Group("new", { aliases: [{ name: "old" }] });
const id = new random.RandomId("id", { byteLength: 2 }, { parent: group });
const moved = new random.RandomId(
  "moved",
  { byteLength: 2 },
  step === 0 ? {} : { parent: group, aliases: [root] },
);

exports.ids = [id.hex, moved.hex];
