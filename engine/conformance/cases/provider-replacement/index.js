"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const one = new random.Provider("one");
const two = new random.Provider("two");
const id = new random.RandomId("id", { byteLength: 2 }, { provider: [one, two][step] });

exports.hex = id.hex;
