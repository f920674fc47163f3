"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

new random.RandomId("id", { byteLength: 2 });
throw new pulumi.RunError("settings: port: got 0");
