import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue, type PassedThrough } from "../pki/issue.ts";
import type { Platform, Workload, WorkloadSpec } from "../platform/platform.ts";
import type { RedisPasswords } from "./access.ts";
import { REDIS_PORT, setNames, type RedisServerArgs, type SentinelArgs } from "./conf.ts";
import { redisServerSpec, sentinelSpec } from "./spec.ts";

export interface RedisMember {
  /** Stable name, also its address inside of the deployment. Another name is another member. */
  readonly name: string;
  readonly host: string;
  /** Port of its host that leads to it. Changing it replaces the container. @default - none: clients use a balancer */
  readonly port?: number | undefined;
}

export interface RedisSentinel {
  /** Stable name, also its address inside of the deployment. */
  readonly name: string;
  /** Best a host of its own: a majority of the Sentinels must outlive what the primary does not. */
  readonly host: string;
}

export interface RedisPairArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** Servers. The first is the primary of a new set; later the set itself decides, and no `up` changes that. */
  readonly members: readonly RedisMember[];
  /**
   * Three or a greater odd number replace a dead primary by themselves. None: promotion is by hand, because two
   * machines that do not see each other cannot tell which of them is the one that is cut off. @default none
   */
  readonly sentinels?: readonly RedisSentinel[];
  /**
   * Passwords by user; see `redisUsers`. That of `application` is a reload and the old one is refused at once. Those of
   * machines change member by member, the Sentinels by a restart, and the last one stays good until the next change.
   */
  readonly passwords: RedisPasswords<pulumi.Input<string>>;
  /** Settings of each server; see `RedisServerArgs` for what a change of each does. */
  readonly server?: RedisServerArgs;
  /** Times of the Sentinels. Changing them restarts the Sentinels, one at a time. */
  readonly failover?: SentinelArgs;
  /** Commands that the applications' user may use besides the ordinary ones, such as `keys`. Reload. @default none */
  readonly allowedCommands?: readonly string[];
  /** Processors that a server may use at most. Changing it replaces the containers, one at a time. @default 1 */
  readonly cpus?: number;
  /** Balancers that pass TLS through to the servers, and their hosts: the certificates carry their names. Reload. */
  readonly passedThrough?: PassedThrough;
}

/**
 * A Redis primary with its replicas, and Sentinels that replace it. TLS only, every user with a password. A change goes
 * through the members one at a time, the last of the list first; a primary that must restart hands its role over before.
 */
export class RedisPair extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:redis:RedisPair";
  /** URL of each server, without a password; inside of the deployment where none of its host's ports leads to it. */
  readonly urls: readonly string[];
  /** Servers and Sentinels. */
  readonly workloads: readonly Workload[];

  constructor(name: string, args: RedisPairArgs, options?: pulumi.ComponentResourceOptions) {
    const { platform, passwords } = args;
    const sentinels = args.sentinels ?? [];
    const names = setNames(args.members, sentinels);
    super(RedisPair.__pulumiType, name, names, options);
    const base = { set: name, ...names, passwords };
    const files = (alias: string, host: string, passedThrough?: PassedThrough) =>
      issue(
        { platform, authority: args.authority, alias, hosts: [host], passedThrough },
        { parent: this },
      ).files();
    const run = (
      spec: WorkloadSpec,
      after: readonly Workload[],
      all: readonly string[],
      set = name,
    ) =>
      platform.workload(spec.alias, spec, {
        parent: this,
        after,
        set,
        peers: all.filter((peer) => peer !== spec.alias),
      });

    // The first is the primary until another was: it comes last, so that a change moves the role once at most.
    const servers: Workload[] = [];
    for (const member of args.members.toReversed()) {
      const spec = redisServerSpec({
        ...base,
        ...member,
        server: args.server ?? {},
        allowedCommands: args.allowedCommands ?? [],
        cpus: args.cpus ?? 1,
        files: files(member.name, member.host, args.passedThrough),
      });
      servers.push(run(spec, servers.slice(-1), names.members));
    }
    const watchers: Workload[] = [];
    for (const sentinel of sentinels) {
      const spec = sentinelSpec({
        ...base,
        ...sentinel,
        sentinel: args.failover ?? {},
        files: files(sentinel.name, sentinel.host),
      });
      watchers.push(
        run(spec, [...servers, ...watchers].slice(-1), names.sentinels, `${name}-sentinels`),
      );
    }
    this.workloads = [...servers, ...watchers];
    this.urls = args.members.map(
      (member) =>
        `rediss://${member.port ? platform.endpoint(member.host, member.port, member.name) : `${member.name}:${REDIS_PORT}`}`,
    );
    this.registerOutputs({ urls: this.urls });
  }
}
