"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const other = new random.RandomId("other", { byteLength: 2 });
// What is refused ends the run, so that it must come after what is to be seen.
const dependsOn = step === 1 ? [other] : [];
if (step < 2)
  new random.RandomId("kept", { byteLength: 2 + 2 * step }, { protect: true, dependsOn });
if (step === 3) new random.RandomId("kept", { byteLength: 2 }, { protect: false });
