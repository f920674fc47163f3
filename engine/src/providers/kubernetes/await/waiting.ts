import type { PropertyMap } from "../../../provider.ts";
import type { Kind } from "../kinds.ts";
import { generationOf, nameOf } from "../objects.ts";
import type { Event } from "../watch.ts";

export type Log = (line: string, severity?: "info" | "warning") => void;

/** What is waited for, and what is known of it. */
export interface Aim {
  /** The object as the server answered our change. */
  readonly object: PropertyMap;
  /** As it was before our change; undefined when we made it. */
  readonly last?: PropertyMap;
  readonly log: Log;
}

/** Decides from what is seen of some kinds whether an object is ready. Holds no connection and no clock. */
export interface Waiting {
  readonly watches: readonly Kind[];
  /** The newest state of the object. */
  object(): PropertyMap;
  /** True when a decision must wait some seconds more, for stragglers: settled() is then called. */
  see(event: Event): boolean;
  isReady(): boolean;
  /** What is wrong, line by line, should it end now. */
  problems(): string[];
  /** Set when it is certain that it never becomes ready. */
  failure?(): Error | undefined;
  settled?(): void;
  /** Called every ten seconds, to say what pods complain about. */
  remind?(): void;
  /** Called a minute after the beginning. */
  graceOver?(): void;
  /** At its end: ready enough after all? */
  isAcceptable?(): boolean;
  /** Time-out of its own, whatever the user says. */
  readonly seconds?: number;
  /** How it says that its time is over; by default as the awaited kinds do. */
  readonly timeoutMessage?: string;
}

/** The object as an event tells it, unless that is of another one, of its end or of a generation before. */
export const newerOf = (seen: PropertyMap, { type, object }: Event): PropertyMap =>
  type !== "DELETED" &&
  nameOf(object) === nameOf(seen) &&
  generationOf(object) >= generationOf(seen)
    ? object
    : seen;

export const DEPLOYMENT: Kind = { group: "apps", version: "v1", kind: "Deployment" };
export const REPLICA_SET: Kind = { group: "apps", version: "v1", kind: "ReplicaSet" };
export const STATEFUL_SET: Kind = { group: "apps", version: "v1", kind: "StatefulSet" };
export const DAEMON_SET: Kind = { group: "apps", version: "v1", kind: "DaemonSet" };
export const JOB: Kind = { group: "batch", version: "v1", kind: "Job" };
export const POD: Kind = { group: "", version: "v1", kind: "Pod" };
export const CLAIM: Kind = { group: "", version: "v1", kind: "PersistentVolumeClaim" };
export const SERVICE: Kind = { group: "", version: "v1", kind: "Service" };
export const ENDPOINTS: Kind = { group: "", version: "v1", kind: "Endpoints" };
export const INGRESS: Kind = { group: "networking.k8s.io", version: "v1", kind: "Ingress" };
export const EVENT: Kind = { group: "", version: "v1", kind: "Event" };
