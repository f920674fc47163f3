import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue, type PassedThrough } from "../pki/issue.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import { postgresSpec, type PostgresSpecArgs } from "./spec.ts";

export interface PostgresNodeArgs extends Omit<PostgresSpecArgs, "files"> {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** Balancers that pass TLS through to it, and their hosts: its certificate carries their names. Reload. */
  readonly passedThrough?: PassedThrough;
  /** Nodes that are changed before this one. */
  readonly after?: readonly Workload[];
  /** Nodes that must be ready, and caught up, before this one is changed. */
  readonly peers?: readonly string[];
  /** Name of the set that they are, see `WorkloadOptions.set`. */
  readonly set?: string;
}

/** One PostgreSQL server with its data volume, certificate and files. */
export class PostgresNode extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:postgres:PostgresNode";
  /** URL of the node itself, without a password. For applications the balancer's endpoints are the better address. */
  readonly url: string;
  readonly workload: Workload;

  constructor(name: string, args: PostgresNodeArgs, options?: pulumi.ComponentResourceOptions) {
    const { platform, host, bootstrap } = args;
    super(
      PostgresNode.__pulumiType,
      name,
      { member: bootstrap.member, number: bootstrap.number, host },
      options,
    );
    const certificate = issue(
      {
        ...args,
        alias: bootstrap.member,
        hosts: [host],
      },
      { parent: this },
    );
    this.workload = platform.workload(name, postgresSpec({ ...args, files: certificate.files() }), {
      parent: this,
      ...(args.after && { after: args.after }),
      ...(args.peers && { peers: args.peers }),
      ...(args.set && { set: args.set }),
    });
    this.url = `postgresql://${platform.endpoint(host, args.port, bootstrap.member)}/${args.access.database}`;
    this.registerOutputs({ url: this.url });
  }
}
