"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
if (step < 2) new random.RandomId("kept", { byteLength: 2 + 2 * step }, { protect: true });
if (step === 3) new random.RandomId("kept", { byteLength: 2 }, { protect: false });
new random.RandomId("other", { byteLength: 2 });
