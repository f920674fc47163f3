import type * as pulumi from "@pulumi/pulumi";
import { imageTag } from "../../../images/inputs.ts";
import { claimsOfThisRun } from "../docker/claims.ts";
import { imageOn } from "../docker/images.ts";
import { LOCAL_ENGINE } from "../docker/reach.ts";
import { registryReference } from "../docker/registry.ts";
import type { ImageSpec } from "../platform.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import type { PodImage } from "./pod.ts";

export interface NodeImage extends PodImage {
  /** What sees to it that it is there. */
  readonly resources: pulumi.Resource[];
}

/** How nodes come by an image. */
export function imageFor(
  spec: ImageSpec,
  { images, imageRegistry }: Pick<KubernetesPlatformArgs, "images" | "imageRegistry">,
  by: { readonly platform: string; readonly parent: pulumi.Resource },
): NodeImage {
  if ("reference" in spec)
    return { reference: spec.reference, pullPolicy: "IfNotPresent", resources: [] };
  const tag = imageTag(spec.stage);
  if (images === "loaded") return { reference: tag, pullPolicy: "Never", resources: [] };
  if (!imageRegistry)
    throw new Error(
      "imageRegistry: got nothing; allowed on Kubernetes: a registry that the nodes reach. Set it, or load the images onto the nodes and set images to loaded.",
    );
  // It builds images and keeps them in the registry.
  const local = { host: { name: by.platform }, engine: LOCAL_ENGINE, reach: LOCAL_ENGINE };
  const { resources } = imageOn(local, spec, {
    ...{ claims: claimsOfThisRun(), platform: by.platform },
    ...{ registry: imageRegistry, parent: by.parent },
  });
  const reference = registryReference(imageRegistry.address, spec.stage, tag);
  return { reference, pullPolicy: "IfNotPresent", resources };
}
