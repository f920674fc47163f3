import type {
  CompanionSpec,
  FileSpec,
  SharedVolume,
  WorkloadSpec,
} from "../../platform/platform.ts";
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
    ...program,
    files: { ...args.files, ...fenceFile(args) },
    volumes: [{ name: "locks", path: LOCKS_DIRECTORY, shared: args.locks }],
    ports: [],
    stopSeconds: 5,
  };
}

const program = {
  image: { stage: "fence" },
  limits: { memoryMiB: 64, cpus: 0.5 },
  health: ["/usr/local/bin/healthy"],
} as const;

const fenceFile = (args: FenceConfArgs) => ({ "fence.conf": { content: fenceConf(args) } });

/** Name of a member's own fence beside it. */
export const FENCE = "fence";

/**
 * What a member has more that has its own fence. Its lock is on the volume with its data, so that nobody runs on that data, started by whomever, whom the
 * fence does not know of.
 */
export function fencedBeside(args: FenceConfArgs | undefined) {
  if (!args) return { files: {}, volumes: [], companions: [] };
  const companion: CompanionSpec = {
    ...{ name: FENCE, ...program },
    ...{ files: ["fence.conf", "tls"], volumes: ["locks"] },
  };
  return {
    files: fenceFile(args),
    volumes: [{ name: "locks", path: LOCKS_DIRECTORY, within: "data" }],
    companions: [companion],
  };
}
