import * as pulumi from "@pulumi/pulumi";
import { issue } from "../pki/issue.ts";
import type { CertificateAuthority } from "../pki/authority.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import type { ManagerConfArgs } from "./conf.ts";
import { initialiserSpec } from "./spec.ts";

export interface ClusterInitialiserArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  readonly host: string;
  /** What it waits for. */
  readonly cluster: ManagerConfArgs;
  readonly token: pulumi.Input<string>;
  /** Host, by name, of the balancer that it waits for, where the platform does not make that known to all. @default - none */
  readonly calls?: Readonly<Record<string, string>>;
  /** Whatever must have been made before the wait begins. */
  readonly dependsOn: pulumi.Input<pulumi.Resource>[];
}

/** Runs once, and ends when every member is in the mesh and admitted and the endpoints answer. */
export class ClusterInitialiser extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:manager:ClusterInitialiser";
  readonly workload: Workload;

  constructor(
    name: string,
    args: ClusterInitialiserArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(ClusterInitialiser.__pulumiType, name, { host: args.host }, options);
    // A manager's identity: what it asks of the members and of etcd is what managers may ask.
    const certificate = issue(
      { ...args, alias: "manager-init", hosts: [args.host] },
      { parent: this },
    );
    this.workload = args.platform.workload(
      name,
      initialiserSpec({ ...args, files: certificate.files() }),
      { parent: this, dependsOn: args.dependsOn },
    );
    this.registerOutputs({});
  }
}
