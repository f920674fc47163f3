import type { Diff } from "../provider.ts";
import type { Op } from "./events.ts";
import type { Resource } from "./resource.ts";

/** One thing that a run does to one resource. */
export interface Step {
  readonly op: Op;
  readonly urn: string;
  readonly old?: Resource;
  readonly now?: Resource;
  readonly diff?: Diff;
  /** Of what is deleted for another's sake: the properties that made it go. */
  readonly keys?: readonly string[];
  /** Create before delete: the old one stays in state, marked, until the end of the run. */
  readonly deleteOldLater?: boolean;
  /** Only told of, for it is left out of the run. */
  readonly notMade?: boolean;
  /** Delete before replace: the old one stays in state as "to be replaced" until the new one is there. */
  readonly keepMarker?: boolean;
}
