import type { PropertyMap } from "../../../provider.ts";
import {
  annotationOf,
  generationOf,
  isOwnedBy,
  kindOf,
  listAt,
  nameOf,
  numberAt,
  textAt,
  uidOf,
} from "../objects.ts";
import type { Event } from "../watch.ts";
import { Pods } from "./pods.ts";
import { CLAIM, DEPLOYMENT, POD, REPLICA_SET, type Aim, type Waiting } from "./waiting.ts";

const REVISION = "deployment.kubernetes.io/revision";
const revisionOf = (object: PropertyMap | undefined): string =>
  object ? annotationOf(object, REVISION) : "";

/**
 * Ready when the controller has seen the change, the Deployment is Available, from the second revision on its new
 * ReplicaSet is available too, all of that ReplicaSet's pods are ready, and the volumes that it names are bound.
 */
export class DeploymentWaiting implements Waiting {
  readonly watches = [DEPLOYMENT, REPLICA_SET, POD, CLAIM];
  private readonly aim: Aim;
  private deployment: PropertyMap;
  private hasReconciled = false;
  private revision = "0";
  private isAvailable = false;
  private isReplicaSetAvailable = false;
  private isUpdatedReady = false;
  private complaints = new Map<string, string>();
  private readonly replicaSets = new Map<string, PropertyMap>();
  private readonly claims = new Map<string, PropertyMap>();
  private readonly pods = new Pods();

  constructor(aim: Aim) {
    this.aim = aim;
    this.deployment = aim.object;
  }

  object(): PropertyMap {
    return this.deployment;
  }

  see({ type, object }: Event): boolean {
    switch (kindOf(object)) {
      case "Deployment":
        this.seeDeployment(type, object);
        break;
      case "ReplicaSet":
        this.seeReplicaSet(type, object);
        break;
      case "Pod":
        this.pods.see(type, object, this.replicaSets.get(this.revision));
        break;
      case "PersistentVolumeClaim":
        this.seeClaim(type, object);
    }
    return false;
  }

  isReady(): boolean {
    const isRolledOut = this.revision === "1" || this.isReplicaSetAvailable;
    const isReady =
      this.hasReconciled &&
      this.isAvailable &&
      isRolledOut &&
      this.isUpdatedReady &&
      this.unbound().length === 0;
    if (isReady) this.aim.log("✅ Deployment initialization complete");
    return isReady;
  }

  remind(): void {
    for (const line of this.podComplaints()) this.aim.log(line, "warning");
  }

  problems(): string[] {
    const lines = [...this.complaints.values()];
    const unbound = this.unbound();
    if (unbound.length > 0)
      lines.push(`Failed to bind PersistentVolumeClaim(s): "${unbound.join(",")}"`);
    if (!this.isAvailable) lines.push("Minimum number of live Pods was not attained");
    else if (this.revision !== "1" && !this.isReplicaSetAvailable)
      lines.push("Minimum number of Pods to consider the application live was not attained");
    else if (!this.isUpdatedReady)
      lines.push(
        this.revision === "1"
          ? "Minimum number of Pods to consider the application live was not attained"
          : "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live",
      );
    return [...lines, ...this.podComplaints()];
  }

  private podComplaints(): string[] {
    return this.pods.complaints(this.replicaSets.get(this.revision));
  }

  private unbound(): string[] {
    return [...this.claims.values()]
      .filter((claim) => textAt(claim, "status", "phase") !== "Bound")
      .map(nameOf);
  }

  private seeDeployment(type: Event["type"], object: PropertyMap): void {
    if (nameOf(object) !== nameOf(this.aim.object)) return;
    const isCurrent = generationOf(object) >= generationOf(this.aim.object);
    // A watch that was open before tells of the old generation first, which the controller has seen too.
    if (isCurrent && numberAt(object, "status", "observedGeneration") === generationOf(object))
      this.hasReconciled = true;
    if (!this.hasReconciled) return;
    this.complaints = new Map();
    if (!isCurrent || type === "DELETED") return;
    this.deployment = object;
    this.revision = revisionOf(object);
    if (this.revision === "") return;
    for (const condition of listAt(object, "status", "conditions")) {
      const isTrue = textAt(condition, "status") === "True";
      const kind = textAt(condition, "type");
      const [reason, message] = [textAt(condition, "reason"), textAt(condition, "message")];
      if (kind !== "Progressing" && kind !== "Available") continue;
      if (kind === "Progressing")
        this.isReplicaSetAvailable = isTrue && reason === "NewReplicaSetAvailable";
      else this.isAvailable = isTrue;
      if (isTrue || !reason || !message) continue;
      this.complaints.set(reason, `[${reason}] ${message}`);
      this.aim.log(`[${reason}] ${message}`, "warning");
    }
    this.checkReplicas();
  }

  private seeReplicaSet(type: Event["type"], object: PropertyMap): void {
    if (!isOwnedBy(object, this.aim.object)) return;
    if (type === "DELETED") this.replicaSets.delete(revisionOf(object));
    else this.replicaSets.set(revisionOf(object), object);
    if (type !== "DELETED") this.checkReplicas();
  }

  private seeClaim(type: Event["type"], object: PropertyMap): void {
    if (type === "DELETED") {
      this.claims.delete(uidOf(object));
      return;
    }
    const named = listAt(this.deployment, "spec", "template", "spec", "volumes").map((volume) =>
      textAt(volume, "persistentVolumeClaim", "claimName"),
    );
    if (!named.includes(nameOf(object))) return;
    this.claims.set(uidOf(object), object);
    const phase = textAt(object, "status", "phase");
    if (phase && phase !== "Bound")
      this.aim.log(
        `PersistentVolumeClaim: [${nameOf(object)}] is not ready. status.phase currently at: ${phase}`,
        "warning",
      );
  }

  private checkReplicas(): void {
    const replicaSet = this.replicaSets.get(this.revision);
    if (!replicaSet) return;
    const wanted = numberAt(replicaSet, "spec", "replicas") ?? 1;
    const ready = numberAt(replicaSet, "status", "readyReplicas");
    const isEnough = ready === undefined ? wanted === 0 : ready >= wanted;
    // An update of the template that has not led to a new revision yet has not begun.
    const before = revisionOf(this.aim.last);
    const isRollout = !this.aim.last || revisionOf(this.deployment) !== before;
    this.isUpdatedReady = isEnough && (!isRollout || before !== this.revision);
    if (!this.isUpdatedReady)
      this.aim.log(
        `Waiting for app ReplicaSet to be available (${ready ?? 0}/${wanted} Pods available)`,
      );
    else if (numberAt(replicaSet, "spec", "replicas") === 0)
      this.aim.log(`Replicas scaled to 0 for Deployment "${nameOf(this.deployment)}"`, "warning");
  }
}
