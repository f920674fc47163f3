"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

// 0: nothing is wrong; 1: advice and a remedy; 2: a resource is forbidden; 3: too many of them.
const first = new random.RandomId("first", { byteLength: step === 2 ? 32 : 4 });
new random.RandomPassword("second", { length: step > 0 ? 4 : 8 }, { dependsOn: first });
const names = step === 3 ? ["a", "b", "c", "d", "e"] : ["a"];
for (const name of names)
  new random.RandomId(name, { byteLength: 2, keepers: { first: first.hex } });
