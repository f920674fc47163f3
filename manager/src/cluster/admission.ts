import type { AdmissionLimits } from "../config.ts";
import type { PeerView } from "./peers.ts";
import { type Shortage, cannotSend, someoneHasMoreRoom } from "./room.ts";

/** Whether the balancer may send clients to the member, and why. */
export interface Verdict {
  readonly admitted: boolean;
  readonly reason: string;
}

export interface AdmissionQuestion {
  readonly admittedNow: boolean;
  /** Whether clients may ever have written here. */
  readonly everAdmitted: boolean;
  /** Peers that have a slot here, so that what is written here reaches them. */
  readonly readers: readonly string[];
  readonly peers: readonly PeerView[];
  readonly shortage: Shortage;
  readonly limits: AdmissionLimits;
  readonly troubleSeconds: number;
  /** How many declared members have a higher number: those give way first (see below). */
  readonly rank: number;
}

/** Members withdraw one after another by this step, so that they do not all leave at once. */
export const staggerSeconds = 3;

/**
 * The one gate, for a member that takes part in an initialised cluster. Opening asks for proof from
 * every peer that answers; closing asks for trouble that lasts, and for another member that stays open:
 * a member that was caught up and is alone in serving does more good open than closed. One without room
 * for writes gives way at once to whoever has more: all that it would give its clients is errors.
 */
export function judge(question: AdmissionQuestion): Verdict {
  const { shortage, peers, limits } = question;
  if (someoneHasMoreRoom(shortage, peers, limits)) {
    return { admitted: false, reason: shortage.reason };
  }
  return question.admittedNow ? keepOpen(question) : open(question);
}

function open({ peers, limits, everAdmitted, readers, shortage }: AdmissionQuestion): Verdict {
  for (const peer of peers) {
    if (everAdmitted && neverWritten(peer)) continue;
    const why = holdsUp(peer, limits) ?? (everAdmitted ? undefined : whyUnread(peer, readers));
    if (why !== undefined) return { admitted: false, reason: why };
  }
  return { admitted: true, reason: openReason(peers, limits, shortage) };
}

/** The same text for opening and for staying open, so that the verdict is written once. */
function openReason(
  peers: readonly PeerView[],
  limits: AdmissionLimits,
  shortage: Shortage,
): string {
  if (shortage.level > 0)
    return `${shortage.reason}; open all the same, as no other admitted member has more`;
  const absent = peers
    .filter((peer) => peer.presence === "unreachable")
    .filter((peer) => peer.unreachableSeconds >= limits.absentAfterSeconds)
    .map((peer) => peer.name);
  const without = absent.length === 0 ? "" : ` (no answer from ${absent.join(", ")})`;
  return `receives from all reachable peers${without}`;
}

/** A member that just joined: nobody has written there, so nothing of it can be missed, and it closes nobody. */
function neverWritten(peer: PeerView): boolean {
  return peer.presence === "joined" && peer.status?.ever_admitted === false;
}

/**
 * What was written before a peer has its slot would never reach it. One that is empty itself makes it when its copy
 * begins; one whose copy is under way began without.
 */
function whyUnread(peer: PeerView, readers: readonly string[]): string | undefined {
  const { copy, copied_from: copied } = peer.status ?? {};
  const stillEmpty = peer.presence === "outside" && !copy && !copied;
  if (stillEmpty || readers.includes(peer.name)) return undefined;
  return `${peer.name} does not read from here yet`;
}

function holdsUp(peer: PeerView, limits: AdmissionLimits): string | undefined {
  switch (peer.presence) {
    case "unreachable":
      return peer.unreachableSeconds >= limits.absentAfterSeconds
        ? undefined
        : `waiting up to ${limits.absentAfterSeconds} s for ${peer.name}, which does not answer`;
    case "outside":
      return undefined;
    case "joined":
      if (cannotSend(peer, limits) && peer.downSeconds >= limits.absentAfterSeconds) {
        return undefined;
      }
      if (peer.subscription !== "replicating") {
        return `subscription to ${peer.name} is ${peer.subscription}`;
      }
      if (peer.lagBytes === undefined)
        return `${peer.name} has no replication slot for this member`;
      if (!peer.caughtUp) return `catching up with ${peer.name}`;
      return lagAbove(peer, limits.openBelowBytes, limits.openBelowSeconds)
        ? `lag behind ${peer.name} is above the limit for opening`
        : undefined;
  }
}

function keepOpen(question: AdmissionQuestion): Verdict {
  const { peers, limits, rank, troubleSeconds, shortage } = question;
  const trouble = findTrouble(peers, limits);
  const borneSeconds = limits.withdrawAfterSeconds + rank * staggerSeconds;
  if (trouble === undefined || troubleSeconds < borneSeconds) {
    return { admitted: true, reason: openReason(peers, limits, shortage) };
  }
  if (!peers.some((peer) => peer.admitted)) {
    return { admitted: true, reason: `${trouble}; kept open, as no other member is admitted` };
  }
  return { admitted: false, reason: trouble };
}

/** What would close an open member if it lasts. */
export function findTrouble(
  peers: readonly PeerView[],
  limits: AdmissionLimits,
): string | undefined {
  for (const peer of peers) {
    if (peer.presence !== "joined" || neverWritten(peer)) continue;
    if (cannotSend(peer, limits)) continue;
    if (peer.subscription !== "replicating") {
      return `subscription to ${peer.name} is ${peer.subscription}`;
    }
    if (peer.lagBytes === undefined) return `${peer.name} has no replication slot for this member`;
    if (lagAbove(peer, limits.closeAboveBytes, limits.closeAboveSeconds)) {
      return `lag behind ${peer.name} is above the limit for staying open`;
    }
  }
  return undefined;
}

function lagAbove(peer: PeerView, bytes: number, seconds: number): boolean {
  return (peer.lagBytes ?? 0) > bytes || (peer.lagSeconds ?? 0) > seconds;
}
