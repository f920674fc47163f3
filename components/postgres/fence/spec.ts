import type { FileSpec, SharedVolume, WorkloadSpec } from "../../platform/platform.ts";
import { fenceConf, type FenceConfArgs } from "./conf.ts";

/** Where members and fence see the files that the members lock. */
export const LOCKS_DIRECTORY = "/var/lib/synfleet-fence";

/** Name of a cluster's fence on a host: its alias, and the beginning of the name of the volume with the locks. */
export function fenceAlias(cluster: string, host: string): string {
  return `${cluster}-fence-${host}`;
}

/**
 * The hosts with a fence: all that have members, where the cluster fails over by itself. Of two members a person promotes
 * one, and knows more than a fence does.
 */
export function fencedHosts(members: readonly { readonly host: string }[]): readonly string[] {
  return members.length >= 3 ? [...new Set(members.map(({ host }) => host))] : [];
}

export interface FenceSpecArgs extends FenceConfArgs {
  readonly host: string;
  readonly locks: SharedVolume;
  readonly files: Readonly<Record<string, FileSpec>>;
}

export function fenceSpec(args: FenceSpecArgs): WorkloadSpec {
  return {
    alias: fenceAlias(args.cluster, args.host),
    host: args.host,
    image: { stage: "fence" },
    files: { ...args.files, "fence.conf": { content: fenceConf(args) } },
    volumes: [{ name: "locks", path: LOCKS_DIRECTORY, shared: args.locks }],
    ports: [],
    limits: { memoryMiB: 64, cpus: 0.5 },
    stopSeconds: 5,
    health: ["/usr/local/bin/healthy"],
  };
}
