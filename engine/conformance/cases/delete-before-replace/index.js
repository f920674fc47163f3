"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;
const text = new random.RandomString(
  "text",
  { length: 8 + step, special: false },
  { deleteBeforeReplace: true },
);
const made = new random.RandomId("made", { byteLength: 2, keepers: { text: text.result } });
new random.RandomId("near", { byteLength: 2 }, { dependsOn: text });

exports.made = made.hex;
