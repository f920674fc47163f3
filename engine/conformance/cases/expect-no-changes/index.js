"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
new random.RandomId("id", { byteLength: 2 + 2 * step });
