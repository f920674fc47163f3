import type * as pulumi from "@pulumi/pulumi";
import { imageTag } from "../../../images/inputs.ts";
import type { ImageSpec } from "../platform.ts";
import type { Claims } from "./claims.ts";
import { Image } from "./image.ts";
import { clientEnvironment } from "./reach.ts";
import type { ImageRegistry } from "./registry.ts";
import type { Site } from "./site.ts";

export interface ImagesArgs {
  readonly claims: Claims;
  /** Name of the platform that asks. */
  readonly platform: string;
  readonly registry: ImageRegistry | undefined;
  readonly parent: pulumi.Resource;
}

/** An image on a host's engine, once for all platforms of a program: two builds of one at a time are in each other's way. */
export function imageOn(
  site: Pick<Site, "host" | "engine" | "reach">,
  spec: ImageSpec,
  { claims, platform, registry, parent }: ImagesArgs,
): { readonly reference: string; readonly resources: pulumi.Resource[] } {
  if ("reference" in spec) return { reference: spec.reference, resources: [] };
  const { stage } = spec;
  const { engine, reach, host } = site;
  const key = `${stage} ${engine}`;
  let image = claims.images.get(key);
  if (!image) {
    const name = claims.imageName(`${stage}-${host.name}`, platform);
    const origin = registry && claims.origin(stage, registry.address);
    const args = {
      ...{ stage, tag: imageTag(stage), engine: reach, client: clientEnvironment([host]) },
      ...(registry && {
        registry: {
          address: registry.address,
          from: origin ? ("registry" as const) : ("build" as const),
        },
      }),
    };
    image = new Image(name, args, { parent, dependsOn: origin ? [origin] : [] });
    claims.images.set(key, image);
    if (registry && !origin) claims.keep(stage, registry.address, image);
  }
  return { reference: image.tag, resources: [image] };
}
