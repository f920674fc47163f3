import type { ResourceValidationPolicy } from "@pulumi/policy";
import { stackOf, volumeType } from "./types.ts";

interface ProtectedConfig {
  readonly stacks?: readonly string[];
  readonly exceptSuffixes?: readonly string[];
}

/** A slip of the keyboard must not delete data where data matters. */
export const volumeProtected: ResourceValidationPolicy = {
  name: "volume-protected",
  description: "Volumes with data are protected from deletion in stacks that hold real data.",
  severity: "high",
  configSchema: {
    properties: {
      stacks: {
        type: "array",
        items: { type: "string" },
        default: ["prod", "production"],
        description: "Names of the stacks that hold real data.",
      },
      exceptSuffixes: {
        type: "array",
        items: { type: "string" },
        default: ["-config", "-locks"],
        description: "Ends of the names of volumes that can be made again at any time.",
      },
    },
  },
  validateResource: (args, report) => {
    if (args.type !== volumeType) args.notApplicable("not a volume");
    const { stacks = [], exceptSuffixes = [] } = args.getConfig<ProtectedConfig>();
    const stack = stackOf(args.urn);
    if (!stacks.includes(stack)) args.notApplicable(`stack ${stack} holds no real data`);
    if (exceptSuffixes.some((suffix) => args.name.endsWith(suffix))) return;
    if (!args.opts.protect) {
      report(
        `Volume ${args.name} is not protected in stack ${stack}. Set protectVolumes, or take the ` +
          "stack out of the policy's stacks.",
      );
    }
  },
};
