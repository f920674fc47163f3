/** What keeps the members of a set on different nodes, and a drain from taking two of them. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import { READY_COMMAND, type WorkloadOptions, type WorkloadSpec } from "../platform.ts";
import type { KubernetesPlatformArgs, Spread } from "./args.ts";

const SET_LABEL = "org.synfleet.set";

/** By which the pods of all members of a set are found. */
export const setSelector = (prefix: string, set: string): Record<string, string> => ({
  "app.kubernetes.io/instance": prefix,
  [SET_LABEL]: set,
});

/**
 * One member at a time may be evicted, and only while all others are ready. One that is not ready may go as the one, and not beside another: it may have
 * what nobody else has.
 */
export function budget<Metadata>(metadata: Metadata, selector: Record<string, string>) {
  return {
    metadata,
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selector },
      unhealthyPodEvictionPolicy: "IfHealthyBudget",
    },
  } satisfies { spec: k8s.types.input.policy.v1.PodDisruptionBudgetSpec; metadata: Metadata };
}

/** Other nodes, and other zones where nodes have them: as a preference, since a volume keeps a pod in its zone. */
export function apart(selector: Record<string, string>, spread: Spread) {
  const labelSelector = { matchLabels: selector };
  const term = { labelSelector, topologyKey: "kubernetes.io/hostname" };
  return {
    affinity: {
      podAntiAffinity:
        spread === "required"
          ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
          : {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 100, podAffinityTerm: term },
              ],
            },
    },
    topologySpreadConstraints: [
      {
        ...{ labelSelector, maxSkew: 1, topologyKey: "topology.kubernetes.io/zone" },
        whenUnsatisfiable: "ScheduleAnyway",
      },
    ],
  } satisfies Partial<k8s.types.input.core.v1.PodSpec>;
}

/** What a pod has by its set. Of a member that does not do its part the budget must know, so the probe asks for that and not for its health alone. */
export function inSet(
  { reloads = true, health }: Pick<WorkloadSpec, "reloads" | "health">,
  { set }: Pick<WorkloadOptions, "set">,
  { prefix, spread = "preferred" }: Pick<KubernetesPlatformArgs, "prefix" | "spread">,
) {
  const selector = set === undefined ? {} : setSelector(prefix, set);
  return {
    labels: selector,
    ...(set !== undefined && { apart: apart(selector, spread) }),
    ready: set !== undefined && reloads ? [READY_COMMAND] : health,
  };
}
