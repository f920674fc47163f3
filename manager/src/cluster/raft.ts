import type { EtcdStatus } from "../adapters/etcd.ts";
import type { MemberConfig } from "../config.ts";

/** The consensus state as the deployment guide shows it; every field comes from etcd. */
export interface RaftStatus {
  readonly node_id: string;
  readonly role: "leader" | "follower" | "candidate";
  readonly current_term: number;
  readonly leader_id: string | null;
  readonly commit_index: number;
  readonly last_applied: number;
  readonly cluster_size: number;
  readonly timestamp: number;
}

/** `names` maps etcd's ids to etcd's names; the answer speaks of the members beside them. */
export function raftStatus(
  own: MemberConfig,
  members: readonly MemberConfig[],
  status: EtcdStatus,
  names: ReadonlyMap<string, string>,
  nowMs: number,
): RaftStatus {
  const leaderName = names.get(status.leaderId);
  const leader = members.find((entry) => entry.etcd === leaderName);
  const hasLeader = status.leaderId !== "0";
  return {
    node_id: own.name,
    // etcd reports no leader exactly while it is looking for one.
    role: !hasLeader ? "candidate" : status.leaderId === status.memberId ? "leader" : "follower",
    current_term: status.term,
    leader_id: hasLeader ? (leader?.name ?? leaderName ?? status.leaderId) : null,
    commit_index: status.commitIndex,
    last_applied: status.appliedIndex,
    cluster_size: names.size,
    timestamp: nowMs / 1000,
  };
}
