import type { MemberStatus } from "./status.ts";

/** A look at something over the network: what it said, or why it said nothing. */
export type Seen<T> = { ok: true; value: T } | { ok: false; error: string };

/** What etcd keeps about a member that takes part in the mesh. */
export interface JoinMark {
  /** `pg_control_system()`'s identifier: tells a member from a new, empty one of the same name. */
  readonly systemIdentifier: string;
}

/** What etcd says about the whole cluster; `known` is false until it answered once. */
export interface StoreView {
  readonly known: boolean;
  readonly initialised: boolean;
  readonly marks: Readonly<Record<string, JoinMark>>;
}

/** Everything one decision is made from. */
export interface Observation {
  readonly nowMs: number;
  readonly own: Seen<MemberStatus>;
  readonly peers: Readonly<Record<string, Seen<MemberStatus>>>;
  readonly store: StoreView;
}

export function seen<T>(value: T): Seen<T> {
  return { ok: true, value };
}

export function unseen<T>(error: string): Seen<T> {
  return { ok: false, error };
}
