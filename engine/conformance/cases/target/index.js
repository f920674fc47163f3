"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const first = new random.RandomId("first", { byteLength: 2 + 2 * step });
const second = new random.RandomId("second", { byteLength: 2, keepers: { first: first.hex } });
const third = new random.RandomId("third", { byteLength: 2 + 2 * step });

exports.all = [first.hex, second.hex, third.hex];
