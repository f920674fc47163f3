import * as pulumi from "@pulumi/pulumi";
import { issue } from "../pki/issue.ts";
import type { CertificateAuthority } from "../pki/authority.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import type { ManagerConfArgs } from "./conf.ts";
import { managerAlias, managerSpec } from "./spec.ts";

export interface ClusterManagerArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** Host on which it runs, best that of its member. Changing it makes a new container. */
  readonly host: string;
  /** Port of the host that leads to its API. Changing it replaces the container. */
  readonly port: number;
  /** Number of the member that it serves. */
  readonly number: number;
  /** What it manages. Changes are a reload, but for the member it serves. */
  readonly cluster: ManagerConfArgs;
  /** Bearer token of its API, kept in a file. A change is a reload. */
  readonly token: pulumi.Input<string>;
  /** Managers that are changed before this one. */
  readonly after?: readonly Workload[];
  /** Managers that must be ready before this one is changed. */
  readonly peers?: readonly string[];
  /** Name of the set that they are, see `WorkloadOptions.set`. */
  readonly set?: string;
  /** What must be there before it starts. */
  readonly dependsOn?: pulumi.Input<pulumi.Resource>[];
}

/**
 * The control plane of one member: joins it to the mesh, decides whether it is admitted, and serves the cluster's API.
 * Clients of the database do not need it: with every manager gone, the members go on as they are.
 */
export class ClusterManager extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:manager:ClusterManager";
  /** Base URL of its API. */
  readonly url: string;
  readonly workload: Workload;

  constructor(name: string, args: ClusterManagerArgs, options?: pulumi.ComponentResourceOptions) {
    super(ClusterManager.__pulumiType, name, { number: args.number, host: args.host }, options);
    const alias = managerAlias(args.number);
    const certificate = issue({ ...args, alias, hosts: [args.host] }, { parent: this });
    this.workload = args.platform.workload(
      name,
      managerSpec({ ...args, alias, files: certificate.files() }),
      {
        parent: this,
        ...(args.after && { after: args.after }),
        ...(args.peers && { peers: args.peers }),
        ...(args.set && { set: args.set }),
        ...(args.dependsOn && { dependsOn: args.dependsOn }),
      },
    );
    this.url = `https://${args.platform.endpoint(args.host, args.port, alias)}`;
    this.registerOutputs({ url: this.url });
  }
}
