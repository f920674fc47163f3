import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import type { PassedThrough } from "../pki/issue.ts";
import type { Platform, SharedVolume } from "../platform/platform.ts";
import type { PgIdentArgs, PostgresConfArgs } from "./conf.ts";
import type { FenceConfArgs } from "./fence/conf.ts";
import { Fence } from "./fence/fence.ts";
import { fenceAlias, fencedHosts } from "./fence/spec.ts";
import { PostgresNode, type PostgresNodeArgs } from "./node.ts";
import { candidatesOf } from "./streaming/conf.ts";
import { StreamingNode, type StreamingNodeArgs } from "./streaming/node.ts";
import { failoverTimers, type FailoverProfile } from "./streaming/profile.ts";

export interface PostgresMember {
  /** Stable name, also its address inside of the deployment. Another name is another member. */
  readonly name: string;
  /** 1 to 16, never used twice, also not after a removal: the keys that it generates are kept apart by it. */
  readonly number: number;
  readonly host: string;
  /** Port of its host that leads to it. Changing it replaces the container, one member at a time. */
  readonly port: number;
}

export interface StreamingMember extends Omit<PostgresMember, "number" | "port"> {
  /** Port of its host that leads to it. Changing it replaces the container. @default - none: clients use a balancer */
  readonly port?: number | undefined;
}

interface AnyPostgresClusterArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
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
  /** Balancers that pass TLS through to the members, and their hosts: the certificates carry their names. Reload. */
  readonly passedThrough?: PassedThrough;
}

export interface MultiMasterArgs extends AnyPostgresClusterArgs {
  /** A member more gets its rows from another while all are written to; the files of the others change by a reload. */
  readonly members: readonly PostgresMember[];
  /** Every member takes writes and sends them to all others; the last update of a row wins. */
  readonly replication: "multi-master";
  /** Common names of the certificates of managers, exporters and balancers that may connect. Reload. */
  readonly clients: Omit<PgIdentArgs, "members">;
}

export interface StreamingArgs extends AnyPostgresClusterArgs {
  /**
   * One member takes writes and the others follow it. Three or more: what a client was told is committed is on two of
   * them, and another takes over when the leader fails. Two: it fails over by hand alone, and may lose the last moments.
   * A member more copies the data of the others; a removed one leaves nothing behind but its volume.
   */
  readonly members: readonly StreamingMember[];
  readonly replication: "streaming";
  /** Names of the members of the etcd by which they agree on who leads. A change restarts members one at a time. */
  readonly etcd: readonly string[];
  /** How soon a leader is taken for lost. A change of it is a reload. @default "standard" */
  readonly profile?: FailoverProfile;
  /** Members that may lead; one that leads goes on though it is none any more. Reload. @default all of three or more, the first of two */
  readonly candidates?: readonly string[];
  /** Extensions in the application's database; one that is taken away stays there. No restart. @default ["vector"] */
  readonly extensions?: readonly string[];
  /** Common names of the certificates of exporters that may connect. Reload. */
  readonly clients: { readonly exporters: readonly string[] };
}

export type PostgresClusterArgs = MultiMasterArgs | StreamingArgs;

/** The members of one database. A change goes through them one at a time, behind a gate of health and lag. */
export class PostgresCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:postgres:PostgresCluster";
  readonly nodes: readonly (PostgresNode | StreamingNode)[];
  /** One a host, where the cluster fails over by itself and members have none beside them. */
  readonly fences: readonly Fence[];

  constructor(name: string, args: PostgresClusterArgs, options?: pulumi.ComponentResourceOptions) {
    const members = args.members.map(nameOf);
    super(PostgresCluster.__pulumiType, name, { members, replication: args.replication }, options);
    const nodes: (PostgresNode | StreamingNode)[] = [];
    const fences: Fence[] = [];
    const order = (member: string) => ({
      after: nodes.slice(-1).map((node) => node.workload),
      set: name,
      peers: members.filter((peer) => peer !== member),
    });
    if (args.replication === "multi-master") {
      for (const member of args.members) {
        const whole = { ...multiMasterNode(args, member), ...order(member.name) };
        nodes.push(new PostgresNode(member.name, whole, { parent: this }));
      }
    } else {
      const beside = args.platform.companions ?? false;
      const locks = beside ? {} : locksOf(name, args, this);
      for (const member of args.members) {
        const node = streamingNode(name, args, member, locks[member.host]);
        nodes.push(
          new StreamingNode(member.name, { ...node, ...order(member.name) }, { parent: this }),
        );
      }
      for (const host of beside ? [] : fencedHosts(args.members)) {
        fences.push(
          new Fence(
            {
              platform: args.platform,
              authority: args.authority,
              host,
              ...fenceOf(name, args, (member) => member.host === host),
              locks: locks[host]!,
              after: nodes.slice(-1).map((node) => node.workload),
            },
            { parent: this },
          ),
        );
      }
    }
    this.nodes = nodes;
    this.fences = fences;
    this.registerOutputs({ urls: nodes.map((node) => node.url) });
  }
}

/** On every host with members, also of a cluster that has no fence: a third member must not replace the other two. */
function locksOf(
  cluster: string,
  { platform, members }: StreamingArgs,
  parent: pulumi.Resource,
): Readonly<Record<string, SharedVolume>> {
  const hosts = [...new Set(members.map(({ host }) => host))];
  return Object.fromEntries(
    hosts.map((host) => [
      host,
      platform.sharedVolume(`${fenceAlias(cluster, host)}-locks`, host, parent),
    ]),
  );
}

/** What a fence of some of the members reads. */
function fenceOf(
  cluster: string,
  { members, etcd, profile = "standard" }: StreamingArgs,
  watched: (member: StreamingMember) => boolean,
): FenceConfArgs {
  const leaseSeconds = failoverTimers(profile).ttl;
  return { cluster, members: members.filter(watched).map(nameOf), etcd, leaseSeconds };
}

const nameOf = ({ name }: { readonly name: string }) => name;

/** What a node has whichever way the cluster replicates. */
function anyNode(args: PostgresClusterArgs, member: StreamingMember) {
  return {
    platform: args.platform,
    authority: args.authority,
    host: member.host,
    cpus: args.cpus ?? 2,
    access: {
      database: args.database,
      applicationUser: args.user,
      allowedNetworks: args.clientCidrs ?? [],
      memberNetworks: args.platform.peerCidrs,
    },
    password: args.password,
    ...(args.passedThrough && { passedThrough: args.passedThrough }),
  };
}

function multiMasterNode(args: MultiMasterArgs, member: PostgresMember): PostgresNodeArgs {
  return {
    ...anyNode(args, member),
    port: member.port,
    server: {
      ...args.server,
      parameters: { ...args.server.parameters, cluster_name: member.name },
    },
    identities: { ...args.clients, members: args.members.map(({ name }) => name) },
    bootstrap: {
      member: member.name,
      number: member.number,
      database: args.database,
      applicationUser: args.user,
    },
  };
}

function streamingNode(
  cluster: string,
  args: StreamingArgs,
  member: StreamingMember,
  locks: SharedVolume | undefined,
): StreamingNodeArgs {
  const members = args.members.map(({ name }) => name);
  return {
    ...anyNode(args, member),
    port: member.port,
    cluster,
    member: member.name,
    members,
    candidates: candidatesOf(members, args.candidates),
    etcd: args.etcd,
    exporters: args.clients.exporters,
    profile: args.profile ?? "standard",
    extensions: args.extensions ?? ["vector"],
    server: args.server,
    locks,
    ...(!locks &&
      fencedHosts(args.members).length > 0 && {
        fence: fenceOf(cluster, args, ({ name }) => name === member.name),
      }),
  };
}
