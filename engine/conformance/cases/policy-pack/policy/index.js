"use strict";
const policy = require("@pulumi/policy");
const random = require("@pulumi/random");

new policy.PolicyPack("house-rules", {
  policies: [
    {
      name: "short-ids",
      description: "Ids are short.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { most: { type: "integer", minimum: 1, default: 16 } } },
      validateResource: policy.validateResourceOfType(random.RandomId, (id, args, report) => {
        const { most } = args.getConfig();
        if (id.byteLength > most) report(`${id.byteLength} bytes are more than ${most}.`);
      }),
    },
    {
      name: "long-passwords",
      description: "Passwords are long.",
      enforcementLevel: "advisory",
      validateResource: policy.validateResourceOfType(
        random.RandomPassword,
        (password, args, report) => {
          if (password.length < 6) report("This is a short password.");
        },
      ),
    },
    {
      name: "no-specials",
      description: "Passwords have no special characters.",
      enforcementLevel: "remediate",
      remediateResource: policy.remediateResourceOfType(random.RandomPassword, (password) =>
        password.special === false ? undefined : { ...password, special: false },
      ),
    },
    {
      name: "few-ids",
      description: "There are few ids.",
      enforcementLevel: "mandatory",
      validateStack: policy.validateStackResourcesOfType(random.RandomId, (ids, args, report) => {
        if (ids.length > 4) report(`${ids.length} ids are more than 4.`);
      }),
    },
    {
      name: "off",
      description: "Never looked at.",
      enforcementLevel: "disabled",
      validateResource: (args, report) => report("This should not be said."),
    },
  ],
});
