"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

new random.RandomId("id", { byteLength: 2 });
if (step === 1) {
  new random.RandomUuid("uuid", {}, { protect: true });
  new random.RandomInteger("an-integer", { min: 1, max: 9 });
  new random.RandomInteger("one", { min: 2, max: 7, seed: "seed" }, { protect: true });
  new random.RandomUuid("two", {}, { protect: true });
  new random.RandomUuid("other", {}, { protect: true });
}
