"use strict";
const random = require("@pulumi/random");

new random.RandomId("id", { byteLength: 2 });
