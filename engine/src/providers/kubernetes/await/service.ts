import type { PropertyMap } from "../../../provider.ts";
import { kindOf, listAt, mapAt, nameOf, textAt } from "../objects.ts";
import type { Event } from "../watch.ts";
import { ENDPOINTS, SERVICE, type Aim, type Waiting } from "./waiting.ts";

/** Ready when it has an address, where it should get one, and its endpoints have settled with none that is not ready. */
export class ServiceWaiting implements Waiting {
  readonly watches = [SERVICE, ENDPOINTS];
  private readonly aim: Aim;
  private readonly type: string;
  private service: PropertyMap;
  private isServiceReady = false;
  private hasReady = false;
  private hasPending = false;
  private isSettled = false;

  constructor(aim: Aim) {
    this.aim = aim;
    this.service = aim.object;
    this.type = textAt(aim.object, "spec", "type") || "ClusterIP";
    aim.log("[1/3] Finding Pods to direct traffic to");
  }

  object(): PropertyMap {
    return this.service;
  }

  see({ type, object }: Event): boolean {
    if (nameOf(object) !== nameOf(this.aim.object)) return false;
    if (kindOf(object) === "Endpoints") {
      this.seeEndpoints(type, object);
      return true;
    }
    this.isServiceReady = false;
    if (type === "DELETED") return false;
    this.service = object;
    this.isServiceReady =
      this.type !== "LoadBalancer" ||
      listAt(object, "status", "loadBalancer", "ingress").length > 0;
    return false;
  }

  settled(): void {
    this.isSettled = true;
  }

  isReady(): boolean {
    if (!this.directsToPods()) return this.isServiceReady;
    const isReady = this.isServiceReady && this.isSettled && !this.hasPending;
    if (isReady) this.aim.log("✅ Service initialization complete");
    else if (this.isSettled && this.hasReady)
      this.aim.log("[2/3] Attempting to allocate IP address to Service");
    return isReady;
  }

  isAcceptable(): boolean {
    return this.isServiceReady && !this.hasPending;
  }

  problems(): string[] {
    if (this.isHeadless() || this.type === "ExternalName") return [];
    const lines: string[] = [];
    if (!this.hasReady)
      lines.push(
        "Service does not target any Pods. Selected Pods may not be ready, or " +
          "field '.spec.selector' may not match labels on any Pods",
      );
    if (this.type === "LoadBalancer" && !this.isServiceReady)
      lines.push("Service was not allocated an IP address; does your cloud provider support this?");
    return lines;
  }

  private isHeadless(): boolean {
    return textAt(this.service, "spec", "clusterIP") === "None";
  }

  private directsToPods(): boolean {
    const hasSelector = Object.keys(mapAt(this.service, "spec", "selector")).length > 0;
    return this.type !== "ExternalName" && !this.isHeadless() && hasSelector;
  }

  private seeEndpoints(type: Event["type"], endpoints: PropertyMap): void {
    this.isSettled = this.hasReady = this.hasPending = false;
    if (type === "DELETED") return;
    for (const subset of listAt(endpoints, "subsets")) {
      this.hasReady ||= listAt(subset, "addresses").length > 0;
      this.hasPending ||= listAt(subset, "notReadyAddresses").length > 0;
    }
  }
}
