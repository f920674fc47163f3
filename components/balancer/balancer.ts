import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import { balancerSpec, type BalancerSpecArgs } from "./spec.ts";

export interface LoadBalancerArgs extends Omit<BalancerSpecArgs, "alias" | "files"> {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
}

/**
 * Two endpoints that stay while nodes come and go: reads over all admitted nodes, writes to the first admitted one in
 * the order of the members. It asks each node itself, and sends nobody to a node before its first good answer.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:balancer:LoadBalancer";
  readonly readUrl: string;
  readonly writeUrl: string;
  readonly statisticsUrl: string;
  readonly workload: Workload;

  constructor(name: string, args: LoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super(LoadBalancer.__pulumiType, name, { host: args.host, ports: { ...args.ports } }, options);
    const { platform, host, ports } = args;
    const certificate = issue({ ...args, alias: name, hosts: [host] }, { parent: this });
    this.workload = platform.workload(
      name,
      balancerSpec({ ...args, alias: name, files: certificate.files() }),
      {
        parent: this,
        // Ready only when a member is admitted, which comes after it: whoever waits for the cluster waits for that.
        peers: [],
      },
    );
    const postgresUrl = (port: number) =>
      `postgresql://${platform.endpoint(host, port)}/${args.database}`;
    this.readUrl = postgresUrl(ports.read);
    this.writeUrl = postgresUrl(ports.write);
    this.statisticsUrl = `https://${platform.endpoint(host, ports.statistics)}/stats`;
    this.registerOutputs({
      readUrl: this.readUrl,
      writeUrl: this.writeUrl,
      statisticsUrl: this.statisticsUrl,
    });
  }
}
