import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, Workload } from "../platform/platform.ts";
import type { ServerConfArgs } from "./conf.ts";
import { synapSpec } from "./spec.ts";

export interface SynapMember {
  /** Stable name, also its address inside of the deployment. Another name is another member. */
  readonly name: string;
  readonly host: string;
  /**
   * Port of its host that leads to it, for clients with a certificate of their own. Changing it replaces the container.
   * @default - none: clients use a balancer
   */
  readonly port?: number | undefined;
}

export interface SynapClusterArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** One is a server by itself. A member more copies the data and follows; the data of a member less stays in its volume. */
  readonly members: readonly SynapMember[];
  /**
   * Member that takes the writes of a new cluster. A change hands over to the named one, which loses nothing: writes are
   * refused for a second or two. As long as it is not changed, no `up` moves the master. @default the first
   */
  readonly master?: string;
  /** Password of the server's user with all rights, 8 characters or more. A change restarts the servers, one at a time. */
  readonly password: pulumi.Input<string>;
  /** Common names of the certificates with which clients come: balancers, Prometheus, operators. A new guard process. */
  readonly clients: readonly string[];
  /** Settings of each server; see `ServerConfArgs` for what a change of each does. */
  readonly server: ServerConfArgs;
  /**
   * The server keeps the last million writes in memory for its replicas, beside the data. Counts into the container's
   * limit, in MiB; a million writes of 1 KiB need 1200. Changing it is done in place. @default 512
   */
  readonly replicationMemoryMiB?: number;
  /** Processors that a member may use at most. Changing it replaces the containers, one at a time. @default 1 */
  readonly cpus?: number;
  /** Another build of the `synap` image, by its whole reference. Changing it replaces the containers. */
  readonly image?: string;
}

/**
 * A Synap master with its replicas. The server has no TLS, lets anybody copy its data, and takes writes on replicas: each
 * member therefore runs it behind a guard and a supervisor. A change goes through the replicas first, then the master.
 */
export class SynapCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:synap:SynapCluster";
  /** URL of each member; inside of the deployment where none of its host's ports leads to it. */
  readonly urls: readonly string[];
  readonly workloads: readonly Workload[];

  constructor(name: string, args: SynapClusterArgs, options?: pulumi.ComponentResourceOptions) {
    const { platform, members } = args;
    const names = members.map((member) => member.name);
    const master = masterOf(names, args.master);
    super(SynapCluster.__pulumiType, name, { members: names }, options);
    const group = `members.${name}`;
    const inOrder = [...members].sort(
      (a, b) => Number(a.name === master) - Number(b.name === master),
    );
    const workloads: Workload[] = [];
    for (const member of inOrder) {
      const certificate = issue(
        { ...args, alias: member.name, hosts: [member.host], alsoKnownAs: [group] },
        { parent: this },
      );
      const before = workloads.map((workload) => workload.alias);
      workloads.push(
        platform.workload(
          member.name,
          synapSpec({
            ...member,
            members: names,
            master,
            group,
            server: args.server,
            password: args.password,
            clients: args.clients,
            cpus: args.cpus ?? 1,
            replicationMemoryMiB: args.replicationMemoryMiB ?? 512,
            image: args.image,
            files: certificate.files(),
          }),
          {
            parent: this,
            after: workloads.slice(-1),
            set: name,
            // Those before it are there; one that comes after it may be new, and would be waited for in vain.
            peers: member.name === master ? before : [...before, master],
          },
        ),
      );
    }
    this.workloads = workloads;
    this.urls = members.map((member) =>
      member.port
        ? `https://${platform.endpoint(member.host, member.port, member.name)}`
        : `https://${member.name}:15500`,
    );
    this.registerOutputs({ urls: this.urls });
  }
}

function masterOf(names: readonly string[], master = names[0]): string {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new Error(`members of Synap: "${twice}" is there twice. Allowed: each name once.`);
  if (master !== undefined && names.includes(master)) return master;
  throw new Error(
    names.length === 0
      ? "members of Synap: none given. Allowed: one or more; one of them is the master. Add one."
      : `master of Synap is "${master}". Allowed: one of ${names.join(", ")}: replicas follow a master.`,
  );
}
