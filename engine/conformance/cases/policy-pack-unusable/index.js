"use strict";
const random = require("@pulumi/random");

const first = new random.RandomId("first", { byteLength: 32 });
new random.RandomId(
  "second",
  { byteLength: 2, keepers: { same: "s", changed: "Loud" } },
  { dependsOn: first },
);
