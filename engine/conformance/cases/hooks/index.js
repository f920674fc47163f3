"use strict";
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const told = [];
const hook = (name, opts) =>
  new pulumi.ResourceHook(
    name,
    ({ urn, id, newInputs, oldInputs, newOutputs, oldOutputs, ...rest }) => {
      const keys = (values) =>
        values
          ? Object.keys(values)
              .filter((key) => !key.startsWith("__"))
              .sort()
              .join("+")
          : "-";
      console.log(
        name,
        urn.split("::").at(-1),
        rest.name,
        rest.type,
        id === "" ? "no id" : "an id",
        [newInputs, oldInputs, newOutputs, oldOutputs].map(keys).join(" "),
      );
    },
    opts,
  );
const always = hook("always", { onDryRun: true });
const hooks = {
  beforeCreate: [always, hook("before-create")],
  afterCreate: [hook("after-create")],
  beforeUpdate: [hook("before-update")],
  afterUpdate: [hook("after-update"), always],
};
const full = {
  ...hooks,
  beforeDelete: [hook("before-delete")],
  afterDelete: [hook("after-delete")],
};

// One at a time, so that their words come in one order.
let last;
if (step < 3) {
  const first = new command.local.Command(
    "first",
    { create: "echo created", update: "echo updated", environment: { STEP: `${step}` } },
    { hooks: step === 2 ? full : hooks },
  );
  last = new random.RandomId(
    "second",
    { byteLength: 2 + 2 * step },
    { hooks: full, dependsOn: first },
  );
}
class Part extends pulumi.ComponentResource {
  constructor(name, inputs, opts) {
    super("conformance:index:Part", name, inputs, opts);
    this.registerOutputs({ step });
  }
}
new Part("part", { step }, { hooks: step === 4 ? full : hooks, dependsOn: last ?? [] });
