import * as pulumi from "@pulumi/pulumi";

/**
 * A part of a stack in which names are its own, for a second system of the same kind: whatever has a scope as its
 * parent may have the names of things outside of it. The scope's name is part of the identity (URN) of all within, so
 * another name makes all of it anew.
 */
export class Scope extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:scope";

  /** @param name lower-case letters, digits and dashes; the first a letter. */
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new pulumi.RunError(
        `name of a scope: got "${name}"; allowed: lower-case letters, digits and dashes, the first a letter, such as "cache".`,
      );
    }
    // Identity is the chain of the parents' types: their names are no part of it.
    super(`${Scope.__pulumiType}:${name}`, name, {}, options);
    this.registerOutputs({});
  }
}
