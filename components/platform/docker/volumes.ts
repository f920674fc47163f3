import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadSpec } from "../platform.ts";
import type { Site } from "./site.ts";
import { elsewhere } from "./texts.ts";

interface VolumesArgs {
  /** What the workload is called on the host. */
  readonly physical: string;
  readonly labels: docker.VolumeArgs["labels"];
  /** Whether the engine may not delete those with data. */
  readonly protect: boolean;
  readonly parent: pulumi.Resource;
  /** Is told each name that it takes. */
  readonly claim?: (name: string) => void;
}

/** Labels that differ must not replace data: Docker knows no other way to change them, and a Swarm makes a volume that is missing without any. */
export const labelledOnce = { ignoreChanges: ["labels"] };

/** A workload's volumes on its host, its own and those that it shares, and what each is called there by its role. */
export function volumesOn(site: Site, name: string, spec: WorkloadSpec, args: VolumesArgs) {
  const { physical, labels, protect, parent, claim } = args;
  const names: Record<string, string> = {};
  const made = spec.volumes.map(({ name: role, shared }) => {
    if (shared && shared.host !== spec.host) throw new Error(elsewhere(spec, shared));
    names[role] = shared?.name ?? `${physical}-${role}`;
    if (shared) return shared.made;
    claim?.(names[role]);
    const options = { ...labelledOnce, parent, provider: site.provider, protect };
    return new docker.Volume(`${name}-${role}`, { name: names[role], labels }, options);
  });
  return { names, made };
}
