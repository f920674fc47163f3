"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const config = new pulumi.Config();
if (config.get("role") === "base") {
  exports.plain = `plain ${step}`;
  exports.secret = config.requireSecret("secret");
  exports.nested = { list: [1, 2, config.requireSecret("secret")], text: "text" };
  exports.random = new random.RandomId("id", { byteLength: 2 }).hex;
} else {
  const base = new pulumi.StackReference("base", {
    name: `organization/stack-reference/${step === 1 ? "nobody" : "base"}`,
  });
  exports.plain = base.getOutput("plain");
  exports.secret = base.requireOutput("secret");
  exports.nested = base.getOutput("nested");
  exports.missing = base.getOutput("missing").apply((value) => value ?? "none");
  if (step === 2) exports.required = base.requireOutput("missing");
  exports.details = base.getOutputDetails("plain");
  if (step === 3) new pulumi.StackReference("stack-reference/base");
  new random.RandomId("made", { byteLength: 2, keepers: { plain: base.getOutput("plain") } });
}
