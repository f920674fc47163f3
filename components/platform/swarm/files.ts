/** A workload's files as configs and secrets of a Swarm, under names that follow from their content. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { FileSpec } from "../platform.ts";
import type { SwarmFile } from "./service.ts";

export interface FilesArgs {
  /** Physical name of the workload. */
  readonly service: string;
  readonly labels: { label: string; value: string }[];
  readonly options: pulumi.CustomResourceOptions;
}

/** Docker takes no longer ones. */
const LONGEST_NAME = 64;

/** Neither can be changed, nor removed while a service has it: the new one comes first, and the old one goes at the end of the run. */
export function swarmFiles(
  name: string,
  files: Readonly<Record<string, FileSpec>>,
  { service, labels, options }: FilesArgs,
): SwarmFile[] {
  return Object.entries(files).map(([path, { content, base64, secret = false }]) => {
    const data = pulumi
      .output(content)
      .apply((text) => (base64 ? text : Buffer.from(text).toString("base64")));
    // The hash of a secret is no secret: secrets are long and made at random.
    const physical = pulumi.unsecret(data.apply((text) => fileName(service, path, text)));
    const args = { name: physical, labels };
    const child = { ...options, deleteBeforeReplace: false };
    const resourceName = `${name}-${path.replaceAll("/", "-")}`;
    const made = secret
      ? new docker.Secret(resourceName, { ...args, data: pulumi.secret(data) }, child)
      : new docker.ServiceConfig(resourceName, { ...args, data }, child);
    return { path, secret, id: made.id, name: made.name };
  });
}

/** Pure. */
export function fileName(service: string, path: string, data: string): string {
  const hash = createHash("sha256").update(`${service}\n${path}\n${data}`).digest("hex");
  const suffix = `-${hash.slice(0, 12)}`;
  const readable = `${service}-${path.replaceAll(/[^\w.]+/g, "-")}`;
  return `${readable.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}
