import * as pulumi from "@pulumi/pulumi";
import type { HostInputs } from "./wanted.ts";

/** What a host has, read back on every refresh; the plugin in `provider/` keeps it. */
export class Host extends pulumi.CustomResource {
  static readonly __pulumiType = "synfleet-hosts:host:Host";

  constructor(
    name: string,
    inputs: { readonly [key in keyof HostInputs]: pulumi.Input<HostInputs[key]> },
    options?: pulumi.CustomResourceOptions,
  ) {
    super(Host.__pulumiType, name, inputs, options);
  }
}
