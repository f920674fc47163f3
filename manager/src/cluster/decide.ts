import type { Config, MemberConfig } from "../config.ts";
import { type Action, meshActions } from "./actions.ts";
import { type Verdict, findTrouble, judge } from "./admission.ts";
import { planCopy } from "./copy.ts";
import type { Observation } from "./observation.ts";
import { type PeerMemory, type PeerView, lookAtPeer, meshHolds } from "./peers.ts";
import { shortageOf } from "./room.ts";
import type { MemberStatus } from "./status.ts";

/** What is carried from one decision to the next. */
export interface Memory {
  /** Start of the member's postmaster: another value is a restart, and proof begins anew. */
  readonly memberStartedAt?: string;
  readonly troubleSinceMs?: number;
  /** Last time trouble was seen; it ends only after a while without, as a failing worker flaps. */
  readonly troubleSeenMs?: number;
  /** What it was short of when it last answered: a server that stops for want of room says so no more. */
  readonly shortage?: string;
  readonly peers: Readonly<Record<string, PeerMemory>>;
}

export interface Decision {
  readonly memory: Memory;
  readonly peers: readonly PeerView[];
  readonly verdict: Verdict;
  /** True when this member receives from every declared peer, all of them reachable. */
  readonly meshComplete: boolean;
  readonly initialised: boolean;
  readonly actions: readonly Action[];
}

export const emptyMemory: Memory = { peers: {} };

const troubleEndsAfterMs = 5000;

/** Decides what the manager of `own` does after one look around. Pure: time is in the observation. */
export function decide(
  config: Pick<Config, "admission" | "members">,
  own: MemberConfig,
  memory: Memory,
  observation: Observation,
): Decision {
  const status = observation.own.ok ? observation.own.value : undefined;
  const restarted = status !== undefined && memory.memberStartedAt !== status.postmaster_started_at;
  const peerMemories: Record<string, PeerMemory> = {};
  const peers: PeerView[] = [];
  for (const peer of config.members.filter((entry) => entry.name !== own.name)) {
    const before = memory.peers[peer.name] ?? { samples: [] };
    const { target: _, ...withoutTarget } = before;
    const look = lookAtPeer(peer, own.name, observation, restarted ? withoutTarget : before);
    peerMemories[peer.name] = look.memory;
    peers.push(look.view);
  }
  const started = status?.postmaster_started_at ?? memory.memberStartedAt;
  const found = status === undefined ? undefined : findTrouble(peers, config.admission);
  const trouble = trackTrouble(memory, found, observation.nowMs);
  const shortage = shortageOf(own.name, status, config.admission);
  const told = status === undefined ? memory.shortage : shortage.reason;
  const next: Memory = {
    ...(told ? { shortage: told } : {}),
    ...(started === undefined ? {} : { memberStartedAt: started }),
    ...trouble,
    peers: peerMemories,
  };
  const meshComplete =
    status?.joined === true && peers.every((peer) => meshHolds(peer, config.admission));
  const initialised = isInitialised(observation, peers);
  const done = (verdict: Verdict, actions: readonly Action[]): Decision => ({
    memory: next,
    peers,
    verdict,
    meshComplete,
    initialised,
    actions: status === undefined ? [] : [...actions, ...verdictActions(status, verdict)],
  });

  if (status === undefined) {
    const error = observation.own.ok ? "" : `: ${observation.own.error}`;
    const last = told ? `; when it last did, ${told}` : "";
    return done({ admitted: false, reason: `${own.name} does not answer${error}${last}` }, []);
  }
  const outside = whyOutside(config.members, own, status, observation, peers, initialised);
  if (outside !== undefined) {
    return done({ admitted: false, reason: outside.reason }, outside.actions);
  }
  const actions = [...markActions(own, status, observation), ...meshActions(status, peers)];
  if (!initialised) {
    const ready = peers.filter((peer) => meshHolds(peer, config.admission)).length;
    const reason = `the cluster is not initialised yet; ${ready} of ${peers.length} peers replicate`;
    return done({ admitted: false, reason }, actions);
  }
  const verdict = judge({
    admittedNow: status.admitted,
    everAdmitted: status.ever_admitted,
    readers: (status.slots ?? []).flatMap(({ peer }) => peer ?? []),
    peers,
    shortage,
    limits: config.admission,
    troubleSeconds:
      next.troubleSinceMs === undefined ? 0 : (observation.nowMs - next.troubleSinceMs) / 1000,
    rank: config.members.filter((entry) => entry.number > own.number).length,
  });
  return done(verdict, actions);
}

function trackTrouble(
  memory: Memory,
  trouble: string | undefined,
  nowMs: number,
): Pick<Memory, "troubleSinceMs" | "troubleSeenMs"> {
  if (trouble !== undefined) {
    return { troubleSinceMs: memory.troubleSinceMs ?? nowMs, troubleSeenMs: nowMs };
  }
  const { troubleSinceMs, troubleSeenMs } = memory;
  if (troubleSinceMs === undefined || troubleSeenMs === undefined) return {};
  return nowMs - troubleSeenMs < troubleEndsAfterMs ? { troubleSinceMs, troubleSeenMs } : {};
}

/**
 * The mark in etcd says it; a member that was ever admitted proves it too. So an etcd that lost its
 * data, or does not answer, closes nobody and lets no empty member in.
 */
function isInitialised(observation: Observation, peers: readonly PeerView[]): boolean {
  const { own, store } = observation;
  if (store.known && store.initialised) return true;
  if (own.ok && own.value.ever_admitted) return true;
  return peers.some((peer) => peer.status?.ever_admitted === true);
}

function whyOutside(
  members: readonly MemberConfig[],
  own: MemberConfig,
  status: MemberStatus,
  observation: Observation,
  peers: readonly PeerView[],
  initialised: boolean,
): { reason: string; actions: readonly Action[] } | undefined {
  const join: Action = { kind: "join", member: own.name, number: own.number };
  const needs = `${own.name} needs synchronising`;
  const mark = observation.store.marks[own.name];
  if (!status.joined) {
    if (status.copied_from) {
      return {
        reason: `${own.name} is joining as a copy of ${status.copied_from}`,
        actions: [join],
      };
    }
    if (initialised) {
      const { reason, actions } = planCopy(own, status, peers, members);
      return { reason: `${needs}: ${reason}`, actions };
    }
    if (!observation.store.known) {
      return { reason: `waiting for etcd to say whether ${own.name} is new`, actions: [] };
    }
    return { reason: `${own.name} is joining`, actions: [join] };
  }
  const foreign = mark !== undefined && mark.systemIdentifier !== status.system_identifier;
  if (initialised && foreign && !status.ever_admitted && !status.copied_from) {
    const reason = `${needs}: its database is not the one that joined (system identifier differs)`;
    return { reason, actions: [] };
  }
  return undefined;
}

/** The mark follows the database until the cluster is initialised; from then on it is only restored. */
function markActions(own: MemberConfig, status: MemberStatus, observation: Observation): Action[] {
  const { store } = observation;
  if (!store.known) return [];
  const mark = store.marks[own.name];
  if (mark?.systemIdentifier === status.system_identifier) return [];
  const proven = status.ever_admitted || Boolean(status.copied_from);
  if (store.initialised && mark !== undefined && !proven) return [];
  return [{ kind: "mark", member: own.name, systemIdentifier: status.system_identifier }];
}

function verdictActions(status: MemberStatus, verdict: Verdict): Action[] {
  if (status.admitted === verdict.admitted && status.reason === verdict.reason) return [];
  return [{ kind: verdict.admitted ? "admit" : "withdraw", reason: verdict.reason }];
}
