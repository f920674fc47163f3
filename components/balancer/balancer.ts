import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import { balancerSpec, type BalancerSpecArgs } from "./spec.ts";

export interface LoadBalancerArgs extends Omit<BalancerSpecArgs, "alias" | "files"> {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** Other balancers of the same services, which a change goes through first and which must be ready again then. @default - none */
  readonly after?: readonly Workload[];
}

/**
 * Addresses that stay while members come and go. It asks each member itself, and sends nobody to one before its first
 * good answer.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:balancer:LoadBalancer";
  readonly statisticsUrl: string;
  readonly workload: Workload;

  constructor(name: string, args: LoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super(LoadBalancer.__pulumiType, name, { host: args.host }, options);
    const { platform, host } = args;
    const certificate = issue({ ...args, alias: name, hosts: [host] }, { parent: this });
    this.workload = platform.workload(
      name,
      balancerSpec({ ...args, alias: name, files: certificate.files() }),
      {
        parent: this,
        // Ready only when a member takes writes, which comes after it: whoever waits for the cluster waits for that.
        peers: [],
        ...(args.after && { after: args.after }),
      },
    );
    this.statisticsUrl = `https://${platform.endpoint(host, args.statistics.port, name)}/stats`;
    this.registerOutputs({ statisticsUrl: this.statisticsUrl });
  }
}
