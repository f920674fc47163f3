"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const first = new random.RandomId("first", { byteLength: 2 + 2 * step });
const second = new random.RandomId("second", { byteLength: 2, keepers: { first: first.hex } });
if (step < 3) new random.RandomId("third", { byteLength: 2 + 2 * step });
if (step < 3) new random.RandomId("fourth", { byteLength: 2 });
if (step > 0) new random.RandomId("fifth", { byteLength: 2, keepers: { second: second.hex } });
if (step === 4) {
  const fresh = new random.RandomId("new", { byteLength: 2 });
  new random.RandomId("newer", { byteLength: 2, keepers: { fresh: fresh.hex } });
}
