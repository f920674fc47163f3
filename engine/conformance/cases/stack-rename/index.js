"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

class Part extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("conformance:index:Part", name, {}, opts);
    this.id = new random.RandomId(`${name}-id`, { byteLength: 2 }, { parent: this });
    this.registerOutputs({ id: this.id.hex });
  }
}
const part = new Part("part");
const provider = new random.Provider("explicit");
new random.RandomId("second", { byteLength: 2, prefix: part.id.hex }, { provider });
exports.id = part.id.hex;
