import type { PropertyMap } from "../../../provider.ts";
import { generationOf, kindOf, nameOf, numberAt, textAt } from "../objects.ts";
import type { Event } from "../watch.ts";
import { Pods } from "./pods.ts";
import { POD, STATEFUL_SET, type Aim, type Waiting } from "./waiting.ts";

/** Ready when the controller has seen the change, all replicas are ready, and all are of the newest revision. */
export class StatefulSetWaiting implements Waiting {
  readonly watches = [STATEFUL_SET, POD];
  private readonly aim: Aim;
  private set: PropertyMap;
  private generation = 0;
  private isRevisionReady = false;
  private areReplicasReady = false;
  private current = 0;
  private target = 0;
  private revisions: readonly [string, string] = ["", ""];
  private readonly pods = new Pods();

  constructor(aim: Aim) {
    this.aim = aim;
    this.set = aim.object;
  }

  object(): PropertyMap {
    return this.set;
  }

  see({ type, object }: Event): boolean {
    if (kindOf(object) === "Pod") this.pods.see(type, object, this.set);
    else if (nameOf(object) === nameOf(this.aim.object)) this.seeSet(type, object);
    return false;
  }

  isReady(): boolean {
    if (this.areReplicasReady && this.isRevisionReady) {
      this.aim.log("✅ StatefulSet initialization complete");
      return true;
    }
    const count = `(${this.current}/${this.target} Pods ready)`;
    if (this.generation <= 1) this.aim.log(`[1/2] Waiting for StatefulSet to create Pods ${count}`);
    else if (!this.areReplicasReady)
      this.aim.log(`[1/3] Waiting for StatefulSet update to roll out ${count}`);
    else this.aim.log("[2/3] Waiting for StatefulSet to update .status.currentRevision");
    return false;
  }

  remind(): void {
    for (const line of this.pods.complaints(this.set)) this.aim.log(line, "warning");
  }

  problems(): string[] {
    const lines: string[] = [];
    if (!this.areReplicasReady)
      lines.push(`${this.current} out of ${this.target} replicas succeeded readiness checks`);
    if (!this.isRevisionReady)
      lines.push(
        `StatefulSet controller failed to advance from revision "${this.revisions[0]}" to revision "${this.revisions[1]}"`,
      );
    return [...lines, ...this.pods.complaints(this.set)];
  }

  private seeSet(type: Event["type"], object: PropertyMap): void {
    this.isRevisionReady = this.areReplicasReady = false;
    if (generationOf(object) < generationOf(this.aim.object) || type === "DELETED") return;
    this.set = object;
    this.generation = generationOf(object);
    const observed = numberAt(object, "status", "observedGeneration");
    if (this.generation === 0 || observed === undefined || observed < this.generation) return;
    const count = (key: string): number => numberAt(object, "status", key) ?? 0;
    const replicas = numberAt(object, "spec", "replicas") ?? 0;
    const [now, next] = [
      textAt(object, "status", "currentRevision"),
      textAt(object, "status", "updateRevision"),
    ];
    this.revisions = [now, next];
    this.areReplicasReady = replicas === count("replicas") && replicas === count("readyReplicas");
    const isByHand = textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
    if (this.generation > 1 && isByHand) this.isRevisionReady = true;
    else {
      this.isRevisionReady = now !== "" && now === next;
      this.areReplicasReady &&= replicas === count("currentReplicas");
    }
    this.target = replicas;
    // While it rolls, ready ones may be of the old revision.
    this.current = this.isRevisionReady
      ? count("readyReplicas")
      : Math.min(count("readyReplicas"), count("updatedReplicas"));
  }
}
