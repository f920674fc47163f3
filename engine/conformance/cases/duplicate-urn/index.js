"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const first = new random.RandomId("same", { byteLength: 2 });
// Once the first is there: of two that come at the same time it is open whether one is still made.
new random.RandomId("same", { byteLength: 3 }, { dependsOn: first });
