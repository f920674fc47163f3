/** What creating, updating and reading share: time-outs, field managers, waiting, and what is said when it was in vain. */
import { randomBytes } from "node:crypto";
import { PartialFailure, type Call, type PropertyMap } from "../../provider.ts";
import { untilReady } from "./await/run.ts";
import { waitingFor, type Facts } from "./await/rules.ts";
import type { Cluster } from "./cluster.ts";
import { NotReady } from "./errors.ts";
import { PATCH_FIELD_MANAGER, TIMEOUT_SECONDS } from "./naming.ts";
import { annotationOf, textAt } from "./objects.ts";
import type { Opened } from "./session.ts";
import type { Settings } from "./settings.ts";
import { keptFieldManager } from "./state.ts";

export interface Place extends Opened {
  readonly settings: Settings;
}

export interface Answer {
  readonly id: string;
  readonly outputs: PropertyMap;
}

const DEFAULT_SECONDS = 600;

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The user's option, else the annotation, else ten minutes. */
export function secondsFor(call: Call, inputs: PropertyMap): number {
  const noted = Number.parseInt(annotationOf(inputs, TIMEOUT_SECONDS), 10);
  return call.timeoutSeconds ?? (Number.isNaN(noted) ? DEFAULT_SECONDS : noted);
}

export const newFieldManager = (): string => `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;

export const fieldManagerOf = (inputs: PropertyMap, outputs: PropertyMap): string =>
  annotationOf(inputs, PATCH_FIELD_MANAGER) || (keptFieldManager(outputs) ?? newFieldManager());

export const factsOf = (cluster: Cluster, call: Call): Facts => ({
  bindingMode: async (claim) => {
    const name = textAt(claim, "spec", "storageClassName");
    if (!name) return "";
    try {
      const kind = { group: "storage.k8s.io", version: "v1", kind: "StorageClass" };
      return textAt(await cluster.get(kind, "", name, call.signal), "volumeBindingMode");
    } catch (error) {
      call.log(`getting storagclass "${name}": ${messageOf(error)}`, "warning");
      return "";
    }
  },
});

/** Each line once after the other, however often the cluster repeats itself. */
export function logOf(call: Call): Call["log"] {
  const told = new Set<string>();
  return (line, severity) => {
    if (told.has(line)) return;
    told.add(line);
    call.log(line, severity);
  };
}

export async function awaitReady(
  { cluster, watches }: Place,
  given: Call,
  inputs: PropertyMap,
  object: PropertyMap,
  last?: PropertyMap,
): Promise<PropertyMap> {
  const call = { ...given, log: logOf(given) };
  const aim = { object, log: call.log, ...(last && { last }) };
  const waiting = await waitingFor(inputs, aim, factsOf(cluster, call));
  if (!waiting) return object;
  return untilReady(call, watches, waiting, secondsFor(call, inputs));
}

export function partial(
  why: string,
  error: unknown,
  id: string,
  outputs: PropertyMap,
  inputs?: PropertyMap,
): PartialFailure {
  const problems = error instanceof NotReady ? error.problems : [];
  const reasons = [why, ...problems];
  return new PartialFailure(listed(reasons), id, outputs, { reasons, ...(inputs && { inputs }) });
}

/** As the CLI lists what is wrong with a resource. */
const listed = (reasons: readonly string[]): string =>
  [
    `${reasons.length} error${reasons.length === 1 ? "" : "s"} occurred:`,
    ...reasons.map((reason) => `\t* ${reason}`),
  ].join("\n");
