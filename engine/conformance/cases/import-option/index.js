"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

// The same id after the import, then none, then another one.
const ids = [
  "8b6cbb3c-5d1f-4f21-9f0e-0d1a7f0d6a5e",
  "8b6cbb3c-5d1f-4f21-9f0e-0d1a7f0d6a5e",
  undefined,
  undefined,
  "00000000-1111-2222-3333-444444444444",
];
const uuid = step < 5 && new random.RandomUuid("uuid", {}, ids[step] ? { import: ids[step] } : {});
const integer =
  step < 5 &&
  new random.RandomInteger("integer", { min: 1, max: 9 }, step < 2 ? { import: "5,1,9" } : {});
// Its range is not that of the program.
const last = step < 5 ? { dependsOn: [uuid, integer] } : {};
if (step === 2)
  exports.other = new random.RandomInteger(
    "other",
    { min: 1, max: 7 },
    { ...last, import: "5,1,9" },
  ).result;
// There is no such thing.
if (step === 3)
  exports.wrong = new random.RandomInteger(
    "wrong",
    { min: 1, max: 9 },
    { ...last, import: "five" },
  ).result;
