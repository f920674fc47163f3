import type { PropertyMap } from "../../../provider.ts";
import { generationOf, isOwnedBy, kindOf, nameOf, numberAt } from "../objects.ts";
import type { Event } from "../watch.ts";
import { podComplaints } from "./pods.ts";
import { DAEMON_SET, POD, type Aim, type Waiting } from "./waiting.ts";

/** Ready when every node that should run a pod runs one of the newest template, ready and available. */
export class DaemonSetWaiting implements Waiting {
  readonly watches = [DAEMON_SET, POD];
  readonly timeoutMessage = "timed out waiting for the condition";
  private readonly aim: Aim;
  private set: PropertyMap;

  constructor(aim: Aim) {
    this.aim = aim;
    this.set = aim.object;
  }

  object(): PropertyMap {
    return this.set;
  }

  see({ type, object }: Event): boolean {
    if (kindOf(object) === "Pod") {
      if (type !== "DELETED" && isOwnedBy(object, this.set))
        for (const line of podComplaints(object)) this.aim.log(line, "warning");
    } else if (
      nameOf(object) === nameOf(this.aim.object) &&
      type !== "DELETED" &&
      generationOf(object) >= generationOf(this.aim.object)
    )
      this.set = object;
    return false;
  }

  isReady(): boolean {
    const { isReady, message } = daemonSetStatus(this.set);
    this.aim.log(isReady ? `✅ ${message}` : message);
    return isReady;
  }

  problems(): string[] {
    return [];
  }
}

/** How far a DaemonSet is, by the rules of kstatus. */
export function daemonSetStatus(set: PropertyMap): { isReady: boolean; message: string } {
  const no = (message: string) => ({ isReady: false, message });
  const observed = numberAt(set, "status", "observedGeneration");
  if (observed === undefined) return no("DaemonSet status.observedGeneration not found");
  if (observed !== generationOf(set))
    return no(
      `DaemonSet generation is ${generationOf(set)}, but latest observed generation is ${observed}`,
    );
  const wanted = numberAt(set, "status", "desiredNumberScheduled");
  if (wanted === undefined) return no("Missing .status.desiredNumberScheduled");
  const steps = [
    ["Current", "currentNumberScheduled"],
    ["Updated", "updatedNumberScheduled"],
    ["Available", "numberAvailable"],
    ["Ready", "numberReady"],
  ] as const;
  for (const [word, key] of steps) {
    const count = numberAt(set, "status", key) ?? 0;
    if (wanted > count) return no(`${word}: ${count}/${wanted}`);
  }
  return { isReady: true, message: `All replicas scheduled as expected. Replicas: ${wanted}` };
}
