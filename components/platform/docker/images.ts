import type * as pulumi from "@pulumi/pulumi";
import { imageTag } from "../../../images/inputs.ts";
import type { ImageSpec } from "../platform.ts";
import type { Claims } from "./claims.ts";
import { Image } from "./image.ts";
import type { Site } from "./site.ts";

export interface ImagesArgs {
  readonly claims: Claims;
  /** Name of the platform that asks. */
  readonly platform: string;
  /** Environment in which Docker's client finds the hosts. */
  readonly client: Readonly<Record<string, string>>;
  readonly parent: pulumi.Resource;
}

/** An image on a host's engine, once for all platforms of a program: two builds of one at a time are in each other's way. */
export function imageOn(
  site: Pick<Site, "host" | "engine" | "reach">,
  spec: ImageSpec,
  { claims, platform, client, parent }: ImagesArgs,
): { readonly reference: string; readonly resources: pulumi.Resource[] } {
  if ("reference" in spec) return { reference: spec.reference, resources: [] };
  const { stage } = spec;
  const { engine, reach, host } = site;
  const key = `${stage} ${engine}`;
  let image = claims.images.get(key);
  if (!image) {
    const name = claims.imageName(`${stage}-${host.name}`, platform);
    image = new Image(name, { stage, tag: imageTag(stage), engine: reach, client }, { parent });
    claims.images.set(key, image);
  }
  return { reference: image.tag, resources: [image] };
}
