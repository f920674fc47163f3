"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

new random.RandomId("same", { byteLength: 2 });
new random.RandomId("same", { byteLength: 3 });
