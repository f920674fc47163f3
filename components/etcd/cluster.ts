import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import type { EtcdMember } from "./conf.ts";
import { etcdMetricsPort, etcdSpec } from "./spec.ts";

export interface EtcdClusterArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /**
   * An odd number of members, each best on a host of its own. Members that are added to a cluster which is there say `joins`; one less needs etcd's own
   * membership change (`etcdctl member remove`) first.
   */
  readonly members: readonly (EtcdMember & { readonly host: string })[];
}

/** The consensus that the managers agree by. TLS with certificates on both sides, between members and from clients. */
export class EtcdCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:etcd:EtcdCluster";
  readonly workloads: readonly Workload[];

  constructor(name: string, args: EtcdClusterArgs, options?: pulumi.ComponentResourceOptions) {
    const names = args.members.map((member) => member.name);
    super(EtcdCluster.__pulumiType, name, { members: names }, options);
    const workloads: Workload[] = [];
    for (const member of args.members) {
      const certificate = issue(
        { ...args, alias: member.name, hosts: [member.host] },
        { parent: this },
      );
      workloads.push(
        args.platform.workload(
          member.name,
          etcdSpec({
            ...{ ...member, members: args.members, token: name, files: certificate.files() },
            metricsPort: etcdMetricsPort(args.platform),
          }),
          {
            parent: this,
            after: workloads.slice(-1),
            set: name,
            peers: names.filter((peer) => peer !== member.name),
          },
        ),
      );
    }
    this.workloads = workloads;
    this.registerOutputs({});
  }
}
