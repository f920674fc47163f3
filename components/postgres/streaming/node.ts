import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../../pki/authority.ts";
import { issue, type PassedThrough } from "../../pki/issue.ts";
import type { Platform, Workload } from "../../platform/platform.ts";
import { POSTGRES_PORT } from "../spec.ts";
import { streamingSpec, type StreamingSpecArgs } from "./spec.ts";

export interface StreamingNodeArgs extends Omit<StreamingSpecArgs, "files"> {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** Balancers that pass TLS through to it, and their hosts: its certificate carries their names. Reload. */
  readonly passedThrough?: PassedThrough;
  /** Nodes that are changed before this one. */
  readonly after?: readonly Workload[];
  /** Nodes that must lead or follow closely before this one is changed. */
  readonly peers?: readonly string[];
  /** Name of the set that they are, see `WorkloadOptions.set`. */
  readonly set?: string;
}

/** One PostgreSQL server under Patroni, which decides with the others whether it leads. */
export class StreamingNode extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:postgres:StreamingNode";
  /** URL of the node itself, without a password; inside of the deployment where none of its host's ports leads to it. */
  readonly url: string;
  readonly workload: Workload;

  constructor(name: string, args: StreamingNodeArgs, options?: pulumi.ComponentResourceOptions) {
    const { platform, host } = args;
    super(StreamingNode.__pulumiType, name, { member: args.member, host }, options);
    const certificate = issue(
      {
        ...args,
        alias: args.member,
        hosts: [host],
      },
      { parent: this },
    );
    this.workload = platform.workload(
      name,
      streamingSpec({ ...args, files: certificate.files() }),
      {
        parent: this,
        ...(args.after && { after: args.after }),
        ...(args.peers && { peers: args.peers }),
        ...(args.set && { set: args.set }),
      },
    );
    const address = args.port
      ? platform.endpoint(host, args.port, args.member)
      : `${args.member}:${POSTGRES_PORT}`;
    this.url = `postgresql://${address}/${args.access.database}`;
    this.registerOutputs({ url: this.url });
  }
}
