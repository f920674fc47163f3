/** Which rule decides that an object is ready. */
import type { PropertyMap } from "../../../provider.ts";
import { groupVersion, kindOfObject } from "../kinds.ts";
import { annotationOf, textAt } from "../objects.ts";
import { isTrue, SKIP_AWAIT, WAIT_FOR } from "../naming.ts";
import { DaemonSetWaiting } from "./daemon-set.ts";
import { DeploymentWaiting } from "./deployment.ts";
import { IngressWaiting } from "./ingress.ts";
import { JobWaiting } from "./job.ts";
import { PodWaiting } from "./pod.ts";
import { ServiceWaiting } from "./service.ts";
import { claim, quota, replicationController, tokenSecret, volume } from "./simple.ts";
import { StatefulSetWaiting } from "./stateful-set.ts";
import { WaitFor } from "./wait-for.ts";
import type { Aim, Waiting } from "./waiting.ts";

export interface Facts {
  /** volumeBindingMode of the claim's storage class. */
  readonly bindingMode: (claim: PropertyMap) => Promise<string>;
}

type Make = (aim: Aim, facts: Facts) => Waiting | undefined | Promise<Waiting>;

const tokenType = "kubernetes.io/service-account-token";

const rules: Record<string, Make> = {
  "apps/v1/Deployment": (aim) => new DeploymentWaiting(aim),
  "apps/v1/StatefulSet": (aim) => new StatefulSetWaiting(aim),
  "apps/v1/DaemonSet": (aim) => new DaemonSetWaiting(aim),
  "batch/v1/Job": (aim) => new JobWaiting(aim),
  "networking.k8s.io/v1/Ingress": (aim) => new IngressWaiting(aim),
  "v1/Pod": (aim) => new PodWaiting(aim),
  "v1/Service": (aim) => new ServiceWaiting(aim),
  "v1/PersistentVolume": volume,
  "v1/PersistentVolumeClaim": async (aim, { bindingMode }) =>
    claim(aim, (await bindingMode(aim.object)) === "WaitForFirstConsumer"),
  "v1/ReplicationController": replicationController,
  "v1/ResourceQuota": quota,
  "v1/Secret": (aim) => (textAt(aim.object, "type") === tokenType ? tokenSecret(aim) : undefined),
};

/** Those that a refresh looks at too: an object that is there but not ready is noted as such. */
const readRules = new Set([
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "apps/v1/DaemonSet",
  "batch/v1/Job",
  "networking.k8s.io/v1/Ingress",
  "v1/Pod",
  "v1/Service",
]);

const keyOf = (object: PropertyMap): string => {
  const kind = kindOfObject(object);
  return `${groupVersion(kind)}/${kind.kind}`;
};

/** Undefined when the object is ready as soon as it is there. */
export async function waitingFor(
  inputs: PropertyMap,
  aim: Aim,
  facts: Facts,
): Promise<Waiting | undefined> {
  if (isTrue(inputs, SKIP_AWAIT)) {
    aim.log("Skipping await logic");
    return undefined;
  }
  const own = annotationOf(aim.object, WAIT_FOR);
  if (own) return new WaitFor(aim, own);
  return rules[keyOf(aim.object)]?.(aim, facts);
}

/** The rule by which a read tells whether the object is ready now. */
export async function readingOf(
  inputs: PropertyMap,
  aim: Aim,
  facts: Facts,
): Promise<Waiting | undefined> {
  const key = keyOf(aim.object);
  if (isTrue(inputs, SKIP_AWAIT) || !readRules.has(key)) return undefined;
  return rules[key]!(aim, facts);
}
