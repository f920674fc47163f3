import type { MemberConfig } from "../config.ts";
import type { Action } from "./actions.ts";
import { parseLsn } from "./lsn.ts";
import type { PeerView } from "./peers.ts";
import type { MemberStatus } from "./status.ts";

/** What an empty member of a cluster that holds data waits for, and what its manager asks of it. */
export interface CopyPlan {
  readonly reason: string;
  readonly actions: readonly Action[];
}

/**
 * An empty member gets its rows by a copy of one admitted peer, and goes on from there with each of the others. So every
 * peer that has rows must answer: what only a silent one has would never arrive.
 */
export function planCopy(
  own: MemberConfig,
  status: MemberStatus,
  peers: readonly PeerView[],
  members: readonly MemberConfig[],
): CopyPlan {
  const wait = (reason: string): CopyPlan => ({ reason, actions: [] });
  if (status.has_user_tables === true) {
    return wait(
      "it has tables though it never joined, and they are not overwritten: remove its container and volume to give them up",
    );
  }
  const silent = peers.find((peer) => peer.presence === "unreachable");
  if (silent !== undefined) {
    return wait(
      `it waits for ${silent.name}, which does not answer and may have rows that nobody else has: ` +
        "start it, or take it out of the settings",
    );
  }
  const numberOf = (name: string) => members.find((entry) => entry.name === name)?.number ?? 0;
  // One at a time, so that two do not wait for each other.
  const earlier = peers.find(
    (peer) =>
      peer.presence === "outside" &&
      (numberOf(peer.name) < own.number || Boolean(peer.status?.copied_from)),
  );
  if (earlier !== undefined) return wait(`it is copied after ${earlier.name}`);
  const donor = chooseDonor(own, status, peers, numberOf);
  if (donor === undefined) return wait("no other member is admitted that it could be copied from");
  const joined = peers.filter((peer) => peer.presence === "joined");
  const names = joined.map((peer) => peer.name).sort();
  const asked = status.copy ?? undefined;
  const same = asked?.donor === donor && (asked.peers ?? []).join() === names.join();
  return {
    reason: (same ? asked.state : undefined) ?? `a copy of ${donor} is about to begin`,
    actions: same ? [] : [{ kind: "copy", donor, peers: names }],
  };
}

/** Whom it asked already; else who received most of what it wrote before it was lost; else the last in order, which clients use least. */
function chooseDonor(
  own: MemberConfig,
  status: MemberStatus,
  peers: readonly PeerView[],
  numberOf: (name: string) => number,
): string | undefined {
  const able = peers.filter((peer) => peer.presence === "joined" && peer.admitted);
  const asked = able.find((peer) => peer.name === status.copy?.donor);
  if (asked !== undefined) return asked.name;
  const received = (peer: PeerView) => {
    const entry = peer.status?.subscriptions?.find(({ peer: name }) => name === own.name);
    return parseLsn(entry?.received_lsn ?? "0/0");
  };
  const [best] = [...able].sort((left, right) => {
    const [of, than] = [received(left), received(right)];
    return of === than ? numberOf(right.name) - numberOf(left.name) : of > than ? -1 : 1;
  });
  return best?.name;
}
