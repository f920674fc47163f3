/** One policy of each kind. */
import { PolicyPack } from "@pulumi/policy";

new PolicyPack("testing", {
  policies: [
    {
      name: "no-evil",
      description: "Values are not evil.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { word: { type: "string", default: "evil" } } },
      validateResource: (args, report) => {
        if (args.props["value"] === args.getConfig<{ word: string }>().word)
          report("value is evil");
      },
    },
    {
      name: "shout",
      description: "Whispers are shouted.",
      enforcementLevel: "remediate",
      remediateResource: (args) =>
        args.props["value"] === "whisper" ? { ...args.props, value: "WHISPER" } : undefined,
    },
    {
      name: "few",
      description: "A stack has few things.",
      enforcementLevel: "advisory",
      validateStack: (args, report) => {
        const things = args.resources.filter((r) => r.type === "memory:index/thing:Thing");
        report(`it has ${things.length}: ${things.map((r) => String(r.props["echo"])).join(", ")}`);
      },
    },
  ],
});
