import * as pulumi from "@pulumi/pulumi";
import type { PlacementInputs } from "./judge.ts";

/**
 * What is where, as the stack was last brought up. It makes nothing on any host: its place in the state is what a change is held against, by the
 * plugin in `provider/`.
 */
export class Placement extends pulumi.CustomResource {
  static readonly __pulumiType = "synfleet-hosts:placement:Placement";

  constructor(name: string, inputs: PlacementInputs, options?: pulumi.CustomResourceOptions) {
    super(Placement.__pulumiType, name, { ...inputs }, options);
  }

  /** Resolves when the change is permitted; a run in which it is not ends before anything else is registered. */
  permitted(): Promise<void> {
    return new Promise((resolve) => void this.urn.apply(() => resolve()));
  }
}
