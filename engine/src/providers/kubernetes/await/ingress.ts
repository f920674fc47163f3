import type { PropertyMap } from "../../../provider.ts";
import { kindOf, listAt, nameOf, textAt } from "../objects.ts";
import type { Event } from "../watch.ts";
import { ENDPOINTS, INGRESS, SERVICE, type Aim, type Waiting } from "./waiting.ts";

/** Ready when it has an address and every service that its paths name has endpoints. */
export class IngressWaiting implements Waiting {
  readonly watches = [INGRESS, SERVICE, ENDPOINTS];
  private readonly aim: Aim;
  private ingress: PropertyMap;
  private hasAddress = false;
  private isSettled = false;
  private endpointEvents = 0;
  private readonly endpoints = new Set<string>();
  private readonly externalNames = new Set<string>();

  constructor(aim: Aim) {
    this.aim = aim;
    this.ingress = aim.object;
    aim.log("[1/3] Finding a matching service for each Ingress path");
  }

  object(): PropertyMap {
    return this.ingress;
  }

  see({ type, object }: Event): boolean {
    const isGone = type === "DELETED";
    switch (kindOf(object)) {
      case "Service":
        if (isGone) this.externalNames.delete(nameOf(object));
        else if (textAt(object, "spec", "type") === "ExternalName")
          this.externalNames.add(nameOf(object));
        return false;
      case "Endpoints":
        this.endpointEvents++;
        if (isGone) this.endpoints.delete(nameOf(object));
        else this.endpoints.add(nameOf(object));
        this.isSettled = false;
        return true;
    }
    if (nameOf(object) !== nameOf(this.aim.object)) return false;
    this.hasAddress = false;
    if (isGone) return false;
    this.ingress = object;
    this.hasAddress = listAt(object, "status", "loadBalancer", "ingress").length > 0;
    return false;
  }

  settled(): void {
    this.isSettled = true;
  }

  graceOver(): void {
    if (this.endpointEvents === 0) this.isSettled = true;
  }

  isReady(): boolean {
    const areFound = this.areEndpointsReady();
    const isReady = this.hasAddress && areFound;
    if (isReady) this.aim.log("✅ Ingress initialization complete");
    else if (areFound)
      this.aim.log("[2/3] Waiting for update of .status.loadBalancer with hostname/IP");
    return isReady;
  }

  isAcceptable(): boolean {
    return this.areEndpointsReady() && this.hasAddress;
  }

  problems(): string[] {
    const lines: string[] = [];
    if (!this.areEndpointsReady())
      lines.push("Ingress has at least one rule with an unavailable target endpoint.");
    if (!this.hasAddress)
      lines.push(
        "Ingress .status.loadBalancer field was not updated with a hostname/IP address. " +
          "\n    for more information about this error, see https://pulumi.io/xdv72s",
      );
    return lines;
  }

  private areEndpointsReady(): boolean {
    for (const rule of listAt(this.ingress, "spec", "rules"))
      for (const path of listAt(rule, "http", "paths")) {
        const service =
          textAt(path, "backend", "service", "name") || textAt(path, "backend", "serviceName");
        if (!service || this.externalNames.has(service) || this.endpoints.has(service)) continue;
        if (!this.isSettled) return false;
        const where = textAt(rule, "host") + textAt(path, "path");
        const shown = where === "" ? '"" (default path)' : JSON.stringify(where);
        this.aim.log(
          `No matching service found for ingress rule: ${shown} -> "${service}"`,
          "warning",
        );
      }
    return true;
  }
}
