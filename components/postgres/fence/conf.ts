/** What the fence of a host reads, as text. Pure. */
import { plainName } from "../names.ts";

export interface FenceConfArgs {
  /** The streaming cluster whose members it watches. */
  readonly cluster: string;
  /** Members on its host. A change restarts the fence, and no member. */
  readonly members: readonly string[];
  /** Names of etcd's members. A change restarts the fence. */
  readonly etcd: readonly string[];
  /** How long a lease lasts: for no longer is a release tried, in seconds. A change restarts the fence. */
  readonly leaseSeconds: number;
}

/** fence.conf: KEY=value lines, read at its start. */
export function fenceConf(args: FenceConfArgs): string {
  const names = (what: string, given: readonly string[]) => {
    if (given.length === 0)
      throw new Error(`${what} of the fence: none given. Allowed: at least one name.`);
    return given.map((name) => plainName(what, name)).join(",");
  };
  return [
    `cluster=${plainName("cluster", args.cluster)}`,
    `members=${names("members", args.members)}`,
    `etcd=${names("etcd", args.etcd)}`,
    `lease_seconds=${args.leaseSeconds}`,
  ]
    .map((line) => `${line}\n`)
    .join("");
}
