"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

class Part extends pulumi.ComponentResource {
  constructor(name, inputs, opts) {
    super("conformance:index:Part", name, inputs, opts);
    this.registerOutputs({ step, list: inputs.list });
  }
}
const secret = pulumi.secret(`hidden ${step}`);
const part = new Part("part", {
  text: step ? "one\nthree\n" : "one\ntwo\n",
  list: step ? ["a", "c"] : ["a", "b", "c"],
  map: step
    ? { kept: true, changed: 2, added: { deep: "er" } }
    : { kept: true, changed: 1, removed: [1] },
  json: JSON.stringify(step ? { a: [1, 2], b: true } : { a: [1] }),
  secret,
  long: "x".repeat(200 + step),
  number: step / 4,
  ...(step ? { fresh: null, more: "" } : { less: false }),
});
const id = new random.RandomId(
  "id",
  { byteLength: 2 + 2 * (step > 0), keepers: { a: `${step > 0}`, b: secret } },
  { parent: part },
);
if (step < 2) new random.RandomId("gone", { byteLength: 2, prefix: id.hex });
exports.list = step ? [1, id.hex] : [id.hex];
exports.secret = secret;
if (step === 0) exports.removed = { a: "b" };
