import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import type { Platform } from "../platform/platform.ts";
import type { PgIdentArgs, PostgresConfArgs } from "./conf.ts";
import { PostgresNode } from "./node.ts";

export interface PostgresMember {
  /** Stable name, also its address inside of the deployment. Another name is another member. */
  readonly name: string;
  /** 1 to 16, never used twice, also not after a removal: the keys that it generates are kept apart by it. */
  readonly number: number;
  readonly host: string;
  /** Port of its host that leads to it. Changing it replaces the container, one member at a time. */
  readonly port: number;
}

export interface PostgresClusterArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  readonly members: readonly PostgresMember[];
  /** `multi-master`: every member takes writes and sends them to all others; the last update of a row wins. */
  readonly replication: "multi-master";
  /** Database of the applications. */
  readonly database: string;
  /** Its owner, the applications' user; no superuser. */
  readonly user: string;
  /** That user's password. A change is a reload, one member at a time. */
  readonly password: pulumi.Input<string>;
  /** Settings of each server; see `PostgresConfArgs` for what a change of each does. */
  readonly server: PostgresConfArgs & { readonly memoryMib: number };
  /** Processors that a member may use at most. Changing it replaces the containers, one at a time. @default 2 */
  readonly cpus?: number;
  /** Networks outside of the deployment from which applications may connect, in CIDR form. Reload. @default none */
  readonly clientCidrs?: readonly string[];
  /** Common names of the certificates of managers, exporters and balancers that may connect. Reload. */
  readonly clients: Omit<PgIdentArgs, "members">;
  /** Balancers that pass TLS through to the members, and their hosts: the certificates carry their names. Reload. */
  readonly passedThrough?: {
    readonly aliases: readonly string[];
    readonly hosts: readonly string[];
  };
}

/** The members of one database. A change goes through them one at a time, behind a gate of health and lag. */
export class PostgresCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:postgres:PostgresCluster";
  readonly nodes: readonly PostgresNode[];

  constructor(name: string, args: PostgresClusterArgs, options?: pulumi.ComponentResourceOptions) {
    const { members, platform } = args;
    const names = members.map((member) => member.name);
    super(
      PostgresCluster.__pulumiType,
      name,
      { members: names, replication: args.replication },
      options,
    );
    const nodes: PostgresNode[] = [];
    for (const member of members) {
      nodes.push(
        new PostgresNode(
          member.name,
          {
            platform,
            authority: args.authority,
            host: member.host,
            port: member.port,
            cpus: args.cpus ?? 2,
            server: {
              ...args.server,
              parameters: { ...args.server.parameters, cluster_name: member.name },
            },
            access: {
              database: args.database,
              applicationUser: args.user,
              allowedNetworks: args.clientCidrs ?? [],
              memberNetworks: platform.peerCidrs,
            },
            identities: { ...args.clients, members: names },
            bootstrap: {
              member: member.name,
              number: member.number,
              database: args.database,
              applicationUser: args.user,
            },
            password: args.password,
            ...(args.passedThrough && { passedThrough: args.passedThrough }),
            after: nodes.slice(-1).map((node) => node.workload),
            peers: names.filter((peer) => peer !== member.name),
          },
          { parent: this },
        ),
      );
    }
    this.nodes = nodes;
    this.registerOutputs({ urls: nodes.map((node) => node.url) });
  }
}
