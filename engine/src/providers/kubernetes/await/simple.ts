/** Kinds that are ready when one look at the object says so. */
import type { PropertyMap } from "../../../provider.ts";
import type { Kind } from "../kinds.ts";
import { kindOfObject } from "../kinds.ts";
import { mapAt, nameOf, numberAt, same, textAt } from "../objects.ts";
import type { Event } from "../watch.ts";
import { newerOf, type Aim, type Waiting } from "./waiting.ts";

const MINUTE = 60;

export class SimpleWaiting implements Waiting {
  readonly watches: readonly Kind[];
  readonly seconds: number;
  readonly timeoutMessage: string;
  private seen: PropertyMap;
  private readonly aim: Aim;
  private readonly test: (object: PropertyMap, aim: Aim) => boolean;

  constructor(aim: Aim, seconds: number, test: (object: PropertyMap, aim: Aim) => boolean) {
    this.aim = aim;
    this.test = test;
    this.seen = aim.object;
    this.seconds = seconds;
    this.timeoutMessage = `Timeout occurred polling for '${nameOf(aim.object)}'`;
    this.watches = [kindOfObject(aim.object)];
  }

  object(): PropertyMap {
    return this.seen;
  }

  see(event: Event): boolean {
    this.seen = newerOf(this.seen, event);
    return false;
  }

  isReady(): boolean {
    return this.test(this.seen, this.aim);
  }

  problems(): string[] {
    return [];
  }
}

export const volume = (aim: Aim): Waiting =>
  new SimpleWaiting(aim, 5 * MINUTE, (object, { log }) => {
    const phase = textAt(object, "status", "phase");
    if (phase === "Available") log("✅ PV marked available");
    if (phase === "Bound") log("✅ PV has been bound");
    return phase === "Available" || phase === "Bound";
  });

/** A claim whose class waits for a first consumer is ready while it is pending. */
export const claim = (aim: Aim, bindsLate: boolean): Waiting =>
  new SimpleWaiting(aim, 5 * MINUTE, (object, { last }) => {
    const phase = textAt(object, "status", "phase");
    if (last && phase === "Bound") return true;
    return phase === (bindsLate ? "Pending" : "Bound");
  });

export const replicationController = (aim: Aim): Waiting =>
  new SimpleWaiting(
    aim,
    10 * MINUTE,
    (object) =>
      numberAt(object, "spec", "replicas") !== undefined &&
      numberAt(object, "spec", "replicas") === numberAt(object, "status", "availableReplicas"),
  );

export const quota = (aim: Aim): Waiting =>
  new SimpleWaiting(aim, MINUTE, (object) =>
    same(mapAt(object, "spec", "hard"), mapAt(object, "status", "hard")),
  );

/** The token of a service account is filled in by a controller. */
export const tokenSecret = (aim: Aim): Waiting =>
  new SimpleWaiting(aim, 5, (object) => Object.keys(mapAt(object, "data")).length > 0);
