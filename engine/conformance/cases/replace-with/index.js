"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const first = new random.RandomId("first", { byteLength: 2 + (step > 0 ? 2 : 0) });
const tied = new random.RandomId("tied", { byteLength: 2 }, { replaceWith: [first] });
new random.RandomId("further", { byteLength: 2 }, { replaceWith: [tied] });
new random.RandomId(
  "triggered",
  { byteLength: 2 },
  { replacementTrigger: step > 1 ? { at: step } : "none" },
);
new random.RandomId("other", { byteLength: 2 });
if (step === 3)
  new random.RandomId(
    "late",
    { byteLength: 2 },
    { replaceWith: [first], replacementTrigger: first.hex },
  );
