import * as pulumi from "@pulumi/pulumi";
import type { SwarmMemberInputs } from "./wanted.ts";

/** A host's place in a Swarm, read back on every refresh; the plugin in `provider/` keeps it. */
export class SwarmMember extends pulumi.CustomResource {
  static readonly __pulumiType = "synfleet-hosts:swarm:Member";
  declare readonly nodeId: pulumi.Output<string>;

  constructor(
    name: string,
    inputs: { readonly [key in keyof SwarmMemberInputs]: pulumi.Input<SwarmMemberInputs[key]> },
    options?: pulumi.CustomResourceOptions,
  ) {
    super(SwarmMember.__pulumiType, name, { ...inputs, nodeId: undefined }, options);
  }
}
