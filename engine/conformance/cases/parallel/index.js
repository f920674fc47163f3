"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const ids = [1, 2, 3].map((n) => new random.RandomId(`id-${n}`, { byteLength: 2 + 2 * step }));
const last = new random.RandomId("last", {
  byteLength: 2,
  keepers: { all: pulumi.concat(ids[0].hex, ids[1].hex) },
});
exports.last = last.hex;
