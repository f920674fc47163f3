import type { AdmissionLimits } from "../config.ts";
import type { PeerView } from "./peers.ts";
import type { MemberStatus } from "./status.ts";

/** How short of room a member is: a higher number gives way to a lower one. */
export interface Shortage {
  readonly level: 0 | 1 | 2;
  /** Says no more than which limit was passed: the verdict is written at each change, on the very volume that is full. */
  readonly reason: string;
}

const mebibyte = 1_048_576;
/** A segment of WAL: with less left the server stops at the next one that it needs. */
const segmentBytes = 16 * mebibyte;
/** Of a volume so small that the limit in bytes would never let its member open. */
const smallShare = 0.05;

const enough: Shortage = { level: 0, reason: "" };

/** A closed member needs twice the room of an open one, so that it does not flap. */
export function shortageOf(
  member: string,
  status: MemberStatus | undefined,
  { closeBelowFreeBytes }: Pick<AdmissionLimits, "closeBelowFreeBytes">,
): Shortage {
  if (status === undefined) return enough;
  const { room } = status;
  if (status.write_error) {
    return { level: 2, reason: `${member} cannot write: its volume is full or its quota used up` };
  }
  if (!room) return enough;
  const lowBytes = Math.max(
    Math.min(closeBelowFreeBytes, room.size_bytes * smallShare),
    Math.min(closeBelowFreeBytes, segmentBytes),
  );
  const factor = status.admitted ? 1 : 2;
  const told = (how: string, bytes: number) =>
    `the volume of ${member} is ${how}: less than ${mib(bytes)} of ${mib(room.size_bytes)} left`;
  const fullBytes = Math.min(segmentBytes, lowBytes);
  if (room.free_bytes < fullBytes) return { level: 2, reason: told("full", fullBytes) };
  if (room.free_bytes >= lowBytes * factor) return enough;
  return { level: 1, reason: told("nearly full", lowBytes * factor) };
}

/** Whether clients that are sent away from here find an open member with more room. */
export function someoneHasMoreRoom(
  own: Shortage,
  peers: readonly PeerView[],
  limits: Pick<AdmissionLimits, "closeBelowFreeBytes">,
): boolean {
  return peers
    .filter((peer) => peer.presence === "joined" && peer.admitted)
    .some((peer) => shortageOf(peer.name, peer.status, limits).level < own.level);
}

/**
 * A member without room cannot send either what it has, since that too writes a little. It is closed, so nobody waits for it
 * longer than for one that is dead.
 */
export function cannotSend(
  peer: PeerView,
  limits: Pick<AdmissionLimits, "closeBelowFreeBytes">,
): boolean {
  const { presence, admitted, subscription, name, status } = peer;
  const silent = presence === "joined" && subscription !== "replicating";
  return silent && !admitted && shortageOf(name, status, limits).level === 2;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / mebibyte)} MiB`;
}
