"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;

pulumi.runtime.registerInvokeTransform(({ token, args, opts }) => {
  if (token !== "command:local:run") return undefined;
  return { args: { ...args, environment: { ...args.environment, WHO: "the transform" } }, opts };
});
pulumi.runtime.registerInvokeTransform(async ({ args, opts }) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (step === 1) throw new Error("a transform says no");
  return { args: { ...args, command: `${args.command} after` }, opts };
});
exports.who = command.local.run({ command: "echo $WHO" }).then(
  ({ stdout }) => stdout,
  ({ message }) => message,
);
if (step === 0)
  exports.secret = command.local.runOutput({
    command: pulumi.secret("echo hidden"),
    logging: "none",
  }).stdout;
