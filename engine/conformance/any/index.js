"use strict";
// Whatever the configuration says: see ../programs.ts.
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const random = require("@pulumi/random");

const made = new Map();
const known = (names) => (names ?? []).map((name) => made.get(name)).filter(Boolean);
const one = (name) => (name === undefined ? undefined : made.get(name));

const makers = {
  component: (name, _value, _from, options) =>
    new pulumi.ComponentResource("any:index:Group", name, {}, options),
  // Any change replaces it. Lengths whose encodings are never alike, so that each has a name of its own in what is compared.
  id: (name, value, from, options) =>
    new random.RandomId(
      name,
      { byteLength: [4, 5, 7, 8][value], ...(from?.hex ? { keepers: { from: from.hex } } : {}) },
      options,
    ),
  // Changed in place, unless its trigger changes too; 3 fails.
  command: (name, value, from, options) =>
    new command.local.Command(
      name,
      {
        create: value === 3 ? "exit 3" : `echo ${value}`,
        update: value === 3 ? "exit 3" : `echo ${value}`,
        ...(value === 2 ? { triggers: [value] } : {}),
        ...((from?.stdout ?? from?.hex) ? { environment: { FROM: from.stdout ?? from.hex } } : {}),
      },
      options,
    ),
};

for (const { name, kind, value, from, options } of new pulumi.Config().requireObject("resources")) {
  const { parent, dependsOn, deletedWith, replaceWith, ...plain } = options;
  const linked = {
    ...plain,
    ...(one(parent) ? { parent: one(parent) } : {}),
    ...(known(dependsOn).length > 0 ? { dependsOn: known(dependsOn) } : {}),
    ...(one(deletedWith) ? { deletedWith: one(deletedWith) } : {}),
    ...(known(replaceWith).length > 0 ? { replaceWith: known(replaceWith) } : {}),
  };
  made.set(name, makers[kind](name, value, one(from), linked));
}
for (const [name, resource] of made)
  if (resource.stdout ?? resource.hex) exports[name] = resource.stdout ?? resource.hex;
