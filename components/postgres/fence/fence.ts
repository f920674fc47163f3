import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../../pki/authority.ts";
import { issue } from "../../pki/issue.ts";
import type { Platform, Workload } from "../../platform/platform.ts";
import { fenceAlias, fenceSpec, type FenceSpecArgs } from "./spec.ts";

export interface FenceArgs extends Omit<FenceSpecArgs, "files"> {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** The members that it watches, which are changed before it. */
  readonly after: readonly Workload[];
}

/**
 * Releases the lead of a streaming cluster's member of this host as soon as no process of that member is left, so that
 * another need not wait for the end of the lease. Without it, or while it does not know, the lease decides.
 */
export class Fence extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:postgres:Fence";
  readonly workload: Workload;

  constructor(args: FenceArgs, options?: pulumi.ComponentResourceOptions) {
    const { platform, host } = args;
    const name = fenceAlias(args.cluster, host);
    super(Fence.__pulumiType, name, { members: args.members, host }, options);
    const certificate = issue({ ...args, alias: name, hosts: [] }, { parent: this });
    this.workload = platform.workload(name, fenceSpec({ ...args, files: certificate.files() }), {
      parent: this,
      after: args.after,
    });
    this.registerOutputs({});
  }
}
