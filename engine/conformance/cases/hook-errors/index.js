"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const failing = (name, opts) =>
  new pulumi.ResourceHook(
    name,
    () => {
      throw new Error(`${name} says no`);
    },
    opts,
  );
const hooks = [
  { beforeCreate: [failing("before")] },
  { afterCreate: [failing("after")] },
  { beforeCreate: [failing("warning", { ignoreErrors: true })] },
  { afterCreate: [failing("late warning", { ignoreErrors: true })] },
  { beforeCreate: [failing("planned", { onDryRun: true })] },
][step];
const first = new random.RandomId(`first-${step}`, { byteLength: 2 }, { hooks });
new random.RandomId(`second-${step}`, { byteLength: 2 }, { dependsOn: first });
