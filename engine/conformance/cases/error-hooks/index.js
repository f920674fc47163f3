"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");

const step = new pulumi.Config().getNumber("step") ?? 0;

const { existsSync, writeFileSync } = require("node:fs");
const tries = new pulumi.ErrorHook("tries", ({ failedOperation, errors, name }) => {
  console.log(`${failedOperation} of ${name}: ${errors.length}`);
  if (errors.length > 1) writeFileSync(`${name}.there`, "");
  return true;
});
const gives = new pulumi.ErrorHook("gives", () => false);
const throws = new pulumi.ErrorHook("throws", () => {
  throw new Error("no idea");
});
const fail = (name) => `test -e ${name}.there || { echo no ${name}.there >&2; exit 3; }`;
if (step < 3)
  new command.local.Command(
    "retried",
    {
      create: fail("retried"),
      update: fail("updated"),
      delete: fail("deleted"),
      environment: { STEP: `${step > 1}` },
    },
    { hooks: { onError: [tries] } },
  );
if (step === 1)
  new command.local.Command("given-up", { create: fail("never") }, { hooks: { onError: [gives] } });
if (step === 2) writeFileSync("updated.there", "");
if (step === 3) writeFileSync("deleted.there", "");
if (step === 4)
  new command.local.Command("thrown", { create: fail("never") }, { hooks: { onError: [throws] } });
