"use strict";
const pulumi = require("@pulumi/pulumi");

const config = new pulumi.Config();

class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("objects:index:Object", name, { size: undefined, ...args }, opts);
  }
}

const made = {};
for (const { name, from, secret, options, ...args } of config.getObject("things") ?? []) {
  if (from !== undefined) args.text = pulumi.interpolate`${made[from].size} of ${from}`;
  if (secret !== undefined) args.note = pulumi.secret(secret);
  made[name] = new Thing(name, { name, ...args }, options);
}

exports.sizes = pulumi.all(Object.values(made).map((thing) => thing.size));
exports.joined = pulumi.runtime
  .invoke("objects:index:join", { parts: ["a", "b"], with: config.get("with") ?? "-" })
  .then(
    ({ joined }) => joined,
    (error) => error.message,
  );
exports.together = pulumi
  .output(pulumi.secret("hidden"))
  .apply((hidden) =>
    pulumi.runtime.invoke("objects:index:join", { parts: [hidden], with: "+" }),
  ).joined;
