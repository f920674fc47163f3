import type { PeerView } from "./peers.ts";
import type { MemberStatus } from "./status.ts";

/** One thing to do; `key` names it, so that a failing one is retried at a slower pace. */
export type Action =
  | { readonly kind: "join"; readonly member: string; readonly number: number }
  | { readonly kind: "mark"; readonly member: string; readonly systemIdentifier: string }
  | { readonly kind: "copy"; readonly donor: string; readonly peers: readonly string[] }
  | { readonly kind: "subscribe"; readonly peer: string }
  | { readonly kind: "restart"; readonly peer: string }
  | { readonly kind: "unsubscribe"; readonly peer: string }
  | { readonly kind: "drop-slot"; readonly peer: string }
  | { readonly kind: "admit"; readonly reason: string }
  | { readonly kind: "withdraw"; readonly reason: string };

export function actionKey(action: Action): string {
  return "peer" in action ? `${action.kind} ${action.peer}` : action.kind;
}

/** A subscription that stays down is started again after this long: its worker may wait much longer. */
export const restartAfterSeconds = 1;

/** What brings the subscriptions and slots of a joined member to the declared peers. */
export function meshActions(own: MemberStatus, peers: readonly PeerView[]): Action[] {
  const declared = new Set(peers.map((peer) => peer.name));
  const actions: Action[] = [];
  for (const entry of own.subscriptions ?? []) {
    if (!declared.has(entry.peer)) actions.push({ kind: "unsubscribe", peer: entry.peer });
  }
  for (const slot of own.slots ?? []) {
    // An active slot belongs to a member that still runs: dropping it would only make it fail.
    if (typeof slot.peer === "string" && !declared.has(slot.peer) && !slot.active) {
      actions.push({ kind: "drop-slot", peer: slot.peer });
    }
  }
  for (const peer of peers) {
    if (peer.presence !== "joined") continue;
    if (peer.subscription === "missing" || peer.subscription === "disabled") {
      actions.push({ kind: "subscribe", peer: peer.name });
    } else if (peer.subscription === "down" && peer.downSeconds >= restartAfterSeconds) {
      actions.push({ kind: "restart", peer: peer.name });
    }
  }
  return actions;
}
