import type { RaftStatus } from "./cluster/raft.ts";
import type { Snapshot } from "./cluster/reconciler.ts";
import type { Config, MemberConfig } from "./config.ts";
import type { Log } from "./log.ts";

/** What the routes may ask; they only read. */
export interface AppDeps {
  readonly config: () => Config;
  readonly own: () => MemberConfig;
  readonly token: () => string;
  readonly fingerprint: () => string;
  /** The last look, or nothing before the first. */
  readonly snapshot: () => Snapshot | undefined;
  /** Asks this manager's etcd member now. */
  readonly raft: () => Promise<RaftStatus>;
  /** etcd's state as last seen: for answers that must not wait for etcd. */
  readonly lastRaft: () => RaftStatus | undefined;
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
  readonly now: () => number;
  readonly log: Log;
}
