/** A pod that only shows whether a node comes by an image, before the one that runs is stopped for it. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import { SERVICE_UID } from "../platform.ts";
import { pullSecrets, restricted, restrictedTo, type PodImage, type PodPlace } from "./pod.ts";

/** Stands for the node, which is known when the change begins. */
export const NODE = "@NODE@";

/** All that a pod needs. */
export const imagesOf = ({
  image,
  companions = {},
}: Pick<PodPlace, "image" | "companions">): PodImage[] => [image, ...Object.values(companions)];

/** None of the labels by which parts are found: it is no part, may speak to nobody, and ends at once, also where the image has no such program. */
export function imageCheck(
  alias: string,
  prefix: string,
  at: Pick<PodPlace, "image" | "companions" | "pullSecrets">,
) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${alias}-image-check`,
      labels: { "app.kubernetes.io/managed-by": "synfleet", "org.synfleet.fleet": prefix },
    },
    spec: {
      // Not by the scheduler: on the node that has the member now, full or not.
      nodeName: NODE,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      ...pullSecrets(at.pullSecrets),
      securityContext: restrictedTo(SERVICE_UID),
      containers: imagesOf(at).map(({ reference, pullPolicy }, index) => ({
        ...{ name: `image-${index}`, image: reference, imagePullPolicy: pullPolicy },
        command: ["/bin/true"],
        resources: {
          requests: { memory: "16Mi", cpu: "10m" },
          limits: { memory: "16Mi", cpu: "100m" },
        },
        securityContext: restricted,
      })),
    },
  } satisfies k8s.types.input.core.v1.Pod;
}
