import type { MemberConfig } from "../config.ts";
import { type WalSample, lagSeconds, recordSample } from "./lag.ts";
import { bytesBetween, reached } from "./lsn.ts";
import type { Observation } from "./observation.ts";
import type { MemberStatus, SlotStatus } from "./status.ts";

/** What has to be remembered about a peer from one look to the next. */
export interface PeerMemory {
  readonly systemIdentifier?: string;
  readonly unreachableSinceMs?: number;
  readonly downSinceMs?: number;
  /** The peer's WAL end at the first look after this member's start: what it must apply to be open. */
  readonly target?: string;
  readonly samples: readonly WalSample[];
}

/** One peer as seen from the member of this manager. */
export interface PeerView {
  readonly name: string;
  /** `joined`: answers and takes part; `outside`: answers but has not joined; `unreachable`: no answer. */
  readonly presence: "joined" | "outside" | "unreachable";
  readonly unreachableSeconds: number;
  readonly admitted: boolean;
  readonly reason?: string;
  readonly error?: string;
  /** Status of this member's subscription to the peer; `missing` when there is none. */
  readonly subscription: string;
  readonly downSeconds: number;
  readonly slot?: SlotStatus;
  readonly lagBytes?: number;
  readonly lagSeconds?: number;
  readonly heartbeatAgeSeconds?: number;
  readonly caughtUp: boolean;
  readonly status?: MemberStatus;
}

/** Updates what is remembered about one peer and says how the peer stands. */
export function lookAtPeer(
  peer: MemberConfig,
  ownName: string,
  observation: Observation,
  before: PeerMemory,
): { memory: PeerMemory; view: PeerView } {
  const { nowMs } = observation;
  const own = observation.own.ok ? observation.own.value : undefined;
  const subscription = own?.subscriptions?.find((entry) => entry.peer === peer.name);
  const look = observation.peers[peer.name] ?? { ok: false, error: "not asked yet" };
  const heartbeat = subscription?.heartbeat_age_seconds ?? undefined;
  const shared = {
    name: peer.name,
    subscription: subscription?.status ?? "missing",
    ...(heartbeat === undefined ? {} : { heartbeatAgeSeconds: heartbeat }),
  };

  if (!look.ok) {
    const since = before.unreachableSinceMs ?? nowMs;
    const { downSinceMs: _, ...kept } = before;
    return {
      memory: { ...kept, unreachableSinceMs: since },
      view: {
        ...shared,
        presence: "unreachable",
        unreachableSeconds: (nowMs - since) / 1000,
        downSeconds: 0,
        admitted: false,
        error: look.error,
        caughtUp: false,
      },
    };
  }

  const status = look.value;
  // Another system identifier under the same name is another database: its WAL positions start anew.
  const same = before.systemIdentifier === status.system_identifier;
  const target = same ? (before.target ?? status.wal_lsn) : status.wal_lsn;
  const slot = status.slots?.find((entry) => entry.peer === ownName);
  const confirmed = slot?.confirmed_flush_lsn ?? undefined;
  const samples =
    confirmed === undefined
      ? []
      : recordSample(same ? before.samples : [], { atMs: nowMs, lsn: status.wal_lsn }, confirmed);
  const down = own !== undefined && status.joined && shared.subscription !== "replicating";
  const downSince = down ? (before.downSinceMs ?? nowMs) : undefined;
  return {
    memory: {
      systemIdentifier: status.system_identifier,
      target,
      samples,
      ...(downSince === undefined ? {} : { downSinceMs: downSince }),
    },
    view: {
      ...shared,
      presence: status.joined ? "joined" : "outside",
      unreachableSeconds: 0,
      downSeconds: downSince === undefined ? 0 : (nowMs - downSince) / 1000,
      admitted: status.admitted,
      ...(status.reason ? { reason: status.reason } : {}),
      ...(slot === undefined ? {} : { slot }),
      ...(confirmed === undefined
        ? {}
        : {
            lagBytes: bytesBetween(confirmed, status.wal_lsn),
            lagSeconds: lagSeconds(samples, nowMs),
          }),
      caughtUp: confirmed !== undefined && reached(confirmed, target),
      status,
    },
  };
}

/** True when this member receives all that the peer writes, within the limits for opening. */
export function meshHolds(
  view: PeerView,
  limits: { openBelowBytes: number; openBelowSeconds: number },
): boolean {
  return (
    view.presence === "joined" &&
    view.subscription === "replicating" &&
    view.lagBytes !== undefined &&
    view.lagBytes <= limits.openBelowBytes &&
    (view.lagSeconds ?? 0) <= limits.openBelowSeconds
  );
}
