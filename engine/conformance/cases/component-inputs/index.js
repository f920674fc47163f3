"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

class Pair extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("conformance:index:Pair", name, args, opts);
    this.left = new random.RandomId(`${name}-left`, { byteLength: args.bytes }, { parent: this });
    this.right = new random.RandomId(
      `${name}-right`,
      { byteLength: 2, keepers: { left: this.left.hex } },
      { parent: this },
    );
    this.both = pulumi.interpolate`${this.left.hex}-${this.right.hex}`;
    this.registerOutputs({ both: this.both });
  }
}

const step = new pulumi.Config().getNumber("step") ?? 0;

const pair = new Pair("pair", { bytes: 2, note: ["old", "new"][step], list: [1, 2].slice(step) });
exports.both = pair.both;
