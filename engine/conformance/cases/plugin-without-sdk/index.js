"use strict";
const pulumi = require("@pulumi/pulumi");

const config = new pulumi.Config();

class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("objects:index:Object", name, { label: undefined, ...args }, opts);
  }
}
class Provider extends pulumi.ProviderResource {}

const provider = new Provider("objects", "own", {
  prefix: config.get("prefix") ?? "pre-",
  token: pulumi.secret("t0ken"),
  anew: config.get("anew"),
});

const base = new Thing("base", {
  name: config.get("name") ?? "base",
  text: config.get("text"),
  more: { deep: config.get("deep") ?? "one", same: true },
  hidden: pulumi.secret(config.get("hidden") ?? "s3cret"),
});
const owned = new Thing("owned", { name: "owned" }, { provider });
const late = new Provider("objects", "late", { prefix: base.label });
new Thing("behind", { name: owned.label }, { provider: late });
new Thing("quiet", { name: "quiet", text: config.get("text"), tells: "nothing" });

module.exports.labels = [base.label, owned.label];
module.exports.echo = pulumi.runtime
  .invoke("objects:index:echo", { open: "open", list: ["a", pulumi.secret("hidden")] })
  .then((answer) => answer);
