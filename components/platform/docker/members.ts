/** Workloads and hosts as the scripts find them. */
import * as pulumi from "@pulumi/pulumi";
import { clientEnvironment } from "./reach.ts";
import type { Site } from "./site.ts";

/** A workload by its name on its host. */
export type Member = Site & { readonly name: string };

/** Environment in which a script finds these hosts. */
export const reaching = (sites: readonly Site[]) =>
  clientEnvironment(sites.map(({ host }) => host));

/** Workloads as the scripts take them: "name,docker-host" each. */
export function memberWords(members: readonly Member[]): pulumi.Output<string> {
  const words = members.map(({ name, reach }) => pulumi.interpolate`${name},${reach}`);
  return pulumi.all(words).apply((texts) => texts.join(" "));
}
