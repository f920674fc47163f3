"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

// Not before the program is through with its words: the SDK tells a failure in other words then.
const fails = (steps) => (steps.includes(step) ? "sleep 1; echo no >&2; exit 3" : "true");
const first = new command.local.Command("first", {
  create: fails([0]),
  update: fails([3]),
  delete: "test -e allowed || { touch allowed; echo not yet >&2; exit 3; }",
  environment: { STEP: `${step === 3}` },
});
new random.RandomId("second", { byteLength: 2, keepers: { first: first.stdout } });
const third = new random.RandomId("third", { byteLength: 2 });
const fourth = new random.RandomId("fourth", { byteLength: 2, keepers: { third: third.hex } });
if (step < 3) new random.RandomId("fifth", { byteLength: 2 });
exports.fourth = fourth.hex;
