import type { PropertyMap } from "../../../provider.ts";
import { nameOf } from "../objects.ts";
import type { Event } from "../watch.ts";
import { isPodReady, podComplaints, podFindings } from "./pods.ts";
import { POD, type Aim, type Waiting } from "./waiting.ts";

/** Ready when it is scheduled, initialized and ready, or has succeeded. */
export class PodWaiting implements Waiting {
  readonly watches = [POD];
  private readonly aim: Aim;
  private pod: PropertyMap;
  private isSeen = false;

  constructor(aim: Aim) {
    this.aim = aim;
    this.pod = aim.object;
  }

  object(): PropertyMap {
    return this.pod;
  }

  see({ type, object }: Event): boolean {
    if (nameOf(object) !== nameOf(this.aim.object) || type === "DELETED") return false;
    this.pod = object;
    this.isSeen = true;
    for (const { description } of podFindings(object)) this.aim.log(description);
    return false;
  }

  isReady(): boolean {
    return this.isSeen && isPodReady(this.pod);
  }

  problems(): string[] {
    return podComplaints(this.pod);
  }
}
