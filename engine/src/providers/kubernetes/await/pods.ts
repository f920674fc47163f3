/** What is wrong with a pod, as Pulumi words it. */
import type { PropertyMap, PropertyValue } from "../../../provider.ts";
import { at, displayName, isOwnedBy, listAt, numberAt, textAt } from "../objects.ts";

export interface Finding {
  readonly isMet: boolean;
  readonly description: string;
  /** A complaint; `isMinor` ones are only told, never counted as problems. */
  readonly message?: string;
  readonly isMinor?: boolean;
}

/** Scheduled, initialized, ready: findings up to the first that is not met. */
export function podFindings(pod: PropertyMap): Finding[] {
  const findings: Finding[] = [];
  for (const check of [scheduled, initialized, ready]) {
    const finding = check(pod);
    findings.push(finding);
    if (!finding.isMet) break;
  }
  return findings;
}

export const isPodReady = (pod: PropertyMap): boolean => podFindings(pod).every((f) => f.isMet);

/** The complaints that a message or an error should repeat. */
export const podComplaints = (pod: PropertyMap): string[] =>
  podFindings(pod).flatMap(({ message, isMinor }) => (message && !isMinor ? [message] : []));

const conditionOf = (pod: PropertyMap, type: string): PropertyValue | undefined =>
  listAt(pod, "status", "conditions").find((condition) => textAt(condition, "type") === type);

const waitsFor = (pod: PropertyMap, what: string): string =>
  `Waiting for Pod "${displayName(pod)}" to be ${what}`;

function scheduled(pod: PropertyMap): Finding {
  const condition = conditionOf(pod, "PodScheduled");
  const isMet = textAt(condition, "status") === "True";
  const message = textAt(condition, "reason") && textAt(condition, "message");
  return {
    isMet,
    description: waitsFor(pod, "scheduled"),
    ...(condition && !isMet && message ? { message, isMinor: true } : {}),
  };
}

const initialized = (pod: PropertyMap): Finding => met(pod, "Initialized", "initialized", false);
const ready = (pod: PropertyMap): Finding =>
  met(pod, "Ready", "ready", textAt(pod, "status", "phase") === "Succeeded");

function met(pod: PropertyMap, type: string, what: string, isAnyway: boolean): Finding {
  const description = waitsFor(pod, what);
  const condition = conditionOf(pod, type);
  if (!condition) return { isMet: false, description };
  if (textAt(condition, "status") === "True" || isAnyway) return { isMet: true, description };
  const errors = containerErrors(pod);
  if (errors.length === 0 && !textAt(condition, "message")) return { isMet: false, description };
  const told = textAt(condition, "reason") ? textAt(condition, "message") : "";
  const message = `[Pod ${displayName(pod)}]: ${told}${errors.join("\n")}`;
  return { isMet: false, description, message };
}

const containerErrors = (pod: PropertyMap): string[] =>
  listAt(pod, "status", "containerStatuses").flatMap((status) =>
    at(status, "ready") === true
      ? []
      : [...waiting(status), ...terminated(status), ...terminatedBefore(status)],
  );

function waiting(status: PropertyValue): string[] {
  const state = at(status, "state", "waiting");
  const reason = textAt(state, "reason");
  if (!state || reason === "ContainerCreating") return [];
  return [`[${reason}] ${withoutNoise(textAt(state, "message"))}`];
}

function terminated(status: PropertyValue): string[] {
  const state = at(status, "state", "terminated");
  const reason = textAt(state, "reason");
  if (!state || !reason) return [];
  const message = textAt(state, "message");
  if (message) return [`[${reason}] ${withoutNoise(message)}`];
  const code = numberAt(state, "exitCode") ?? 0;
  return [`container "${textAt(status, "name")}" completed with exit code ${code}`];
}

function terminatedBefore(status: PropertyValue): string[] {
  const state = at(status, "lastState", "terminated");
  if (!state) return [];
  const code = numberAt(state, "exitCode") ?? 0;
  const how = `(${textAt(state, "reason")}: exit code ${code})`;
  const line = `container "${textAt(status, "name")}" terminated at ${textAt(state, "finishedAt")} ${how}`;
  return textAt(state, "message") ? [line, textAt(state, "message")] : [line];
}

const withoutNoise = (message: string): string =>
  message
    .replace(/^rpc error: code = Unknown desc = Error response from daemon: /, "")
    .replace(/: manifest unknown$/, "");

/** The pods of an owner, and what they complain about. */
export class Pods {
  private readonly byName = new Map<string, PropertyMap>();

  see(type: string, pod: PropertyMap, owner: PropertyMap | undefined): void {
    if (!isOwnedBy(pod, owner)) return;
    const name = textAt(pod, "metadata", "name");
    if (type === "DELETED") this.byName.delete(name);
    else this.byName.set(name, pod);
  }

  complaints(owner: PropertyMap | undefined): string[] {
    return [...this.byName.values()].filter((pod) => isOwnedBy(pod, owner)).flatMap(podComplaints);
  }
}
