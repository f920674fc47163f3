"use strict";
const policy = require("@pulumi/policy");
const random = require("@pulumi/random");

new policy.PolicyPack("house-rules", {
  policies: [
    {
      name: "short-ids",
      description: "Ids are short.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { most: { type: "integer" }, least: { type: "integer" } } },
      validateResource: policy.validateResourceOfType(random.RandomId, (id, args, report) => {
        const { most = 64 } = args.getConfig();
        if (id.byteLength > most) report(`${id.byteLength} bytes are\nmore than ${most}.`);
      }),
    },
    {
      name: "quiet-keepers",
      description: "Keepers are in lower case.",
      enforcementLevel: "remediate",
      remediateResource: policy.remediateResourceOfType(random.RandomId, ({ keepers, ...rest }) =>
        keepers?.changed === "Loud"
          ? { ...rest, keepers: { ...keepers, changed: "loud", more: "a" } }
          : undefined,
      ),
    },
    {
      name: "prefixes",
      description: "Long ids have a prefix.",
      enforcementLevel: "remediate",
      remediateResource: policy.remediateResourceOfType(random.RandomId, (id) => {
        return id.byteLength === 32 && !id.prefix ? { ...id, prefix: "p" } : undefined;
      }),
    },
  ],
});
