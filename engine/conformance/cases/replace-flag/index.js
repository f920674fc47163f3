"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const first = new random.RandomId("first", { byteLength: 2 });
new random.RandomId("second", { byteLength: 2, keepers: { first: first.hex } });
new random.RandomId("third", { byteLength: 2 + 2 * step }, { deleteBeforeReplace: true });
if (step === 1) new random.RandomId("fourth", { byteLength: 2 });
