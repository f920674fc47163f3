import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from "../pki/authority.ts";
import { issue } from "../pki/issue.ts";
import type { Platform, ResourceLimits, Workload } from "../platform/platform.ts";
import type { AppMode } from "./conf.ts";
import type { AppProgram } from "./program.ts";
import { APP_PORT, appSpec, type AppMember } from "./spec.ts";

export interface AppArgs {
  readonly platform: Platform;
  readonly authority: CertificateAuthority;
  /** The instances, in the order in which a change goes through them; put one that writes first, it may have to make tables. */
  readonly members: readonly AppMember[];
  /** What they run: `referenceApp`, `synaxicApi`, or any image's description. */
  readonly program: AppProgram;
  /** Of each instance. @default 512 MiB, one processor */
  readonly limits?: ResourceLimits;
  /** Time to answer what came in before an instance is killed, in seconds. Replaces the instances. @default 30 */
  readonly stopSeconds?: number;
  /** What must be there before the first start, such as the database. */
  readonly dependsOn?: pulumi.Input<pulumi.Resource>[];
}

/** One instance as a proxy or a scraper reaches it. */
export interface AppUpstream {
  readonly name: string;
  readonly port: number;
  readonly mode: AppMode;
}

/**
 * Instances of an HTTP app. Each new one is waited for until it is healthy; a change goes through them one by one, and
 * only while the others are.
 */
export class App extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:app:App";
  /** What a proxy needs to reach them. */
  readonly upstreams: readonly AppUpstream[];
  /** Name that every instance's certificate carries besides its own. */
  readonly serverName: string;
  /** Whether they speak HTTPS. */
  readonly tls: boolean;
  readonly healthPath: string;
  readonly workloads: readonly Workload[];
  /** Addresses of the instances that have a port of their host, by name. */
  readonly urls: Readonly<Record<string, string>>;

  constructor(name: string, args: AppArgs, options?: pulumi.ComponentResourceOptions) {
    const members = checked(args.members);
    super(App.__pulumiType, name, { members: members.map((member) => member.name) }, options);
    const { platform, program } = args;
    const workloads: Workload[] = [];
    for (const member of members) {
      const certificate = issue(
        { ...args, alias: member.name, hosts: [member.host], alsoKnownAs: [name] },
        { parent: this },
      );
      const spec = appSpec({
        member,
        program,
        limits: args.limits ?? { memoryMiB: 512, cpus: 1 },
        stopSeconds: args.stopSeconds ?? 30,
        files: certificate.files(),
      });
      workloads.push(
        platform.workload(member.name, spec, {
          parent: this,
          after: workloads.slice(-1),
          set: name,
          peers: members.map((peer) => peer.name).filter((peer) => peer !== member.name),
          readyAlone: true,
          ...(args.dependsOn && { dependsOn: args.dependsOn }),
        }),
      );
    }
    this.workloads = workloads;
    this.serverName = name;
    this.tls = program.tls ?? false;
    this.healthPath = program.healthPath;
    this.upstreams = members.map((member) => ({
      name: member.name,
      port: program.port ?? APP_PORT,
      mode: member.mode ?? "write",
    }));
    const scheme = this.tls ? "https" : "http";
    this.urls = Object.fromEntries(
      members
        .filter((member) => member.port !== undefined)
        .map(({ name: alias, host, port }) => [
          alias,
          `${scheme}://${platform.endpoint(host, port!, alias)}`,
        ]),
    );
    this.registerOutputs({ urls: this.urls });
  }
}

function checked(members: readonly AppMember[]): readonly AppMember[] {
  const modes = members.map((member) => member.mode ?? "write");
  if (!modes.includes("write")) {
    throw new Error(
      `members of the app: got ${modes.length === 0 ? "none" : 'only mode "read"'}. Allowed: at least one in mode "write", which takes what changes data.`,
    );
  }
  const names = members.map((member) => member.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`members of the app: "${twice}" is there twice. Allowed: each name once.`);
  }
  return members;
}
