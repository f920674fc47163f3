"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;

class Part extends pulumi.ComponentResource {
  constructor(name, inputs, opts) {
    super("conformance:index:Part", name, inputs, opts);
    this.made = new command.local.Command(
      "id",
      {
        create: "echo made",
        triggers: [step > 0],
        environment: { A: `${step > 0}`, B: inputs.secret },
      },
      { parent: this },
    );
    // Told when the command is through, since it waits for its output.
    this.registerOutputs({ step, list: inputs.list, made: this.made.stdout });
  }
}
const secret = pulumi.secret(`hidden ${step}`);
const gone = step < 2 ? [new command.local.Command("gone", { create: "echo gone" })] : [];
// One after the other, so that the words of both come in one order.
const inputs = {
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
};
const part = new Part("part", inputs, { dependsOn: gone });
exports.list = step ? [1, part.made.stdout] : [part.made.stdout];
exports.secret = secret;
if (step === 0) exports.removed = { a: "b" };
