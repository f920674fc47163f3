import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadSpec } from "../platform.ts";
import { clientServiceName } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import type { Ground } from "./ground.ts";
import { admitted } from "./network.ts";
import { clientService, headlessService, publishedPorts } from "./objects.ts";

/** The names that lead to a workload, and who may use them. */
export function reach(
  name: string,
  spec: WorkloadSpec,
  on: {
    readonly ground: Ground;
    readonly args: KubernetesPlatformArgs;
    readonly selector: Record<string, string>;
    readonly options: pulumi.CustomResourceOptions;
  },
): void {
  const { ground, args, selector, options } = on;
  new k8s.networking.v1.NetworkPolicy(
    `${name}-admitted`,
    {
      metadata: ground.metadata(spec.alias),
      spec: admitted(spec, selector, ground.selector, args),
    },
    options,
  );
  if (spec.ports.length > 0)
    new k8s.core.v1.Service(
      `${name}-name`,
      headlessService(spec, ground.metadata(spec.alias), selector),
      options,
    );
  if (publishedPorts(spec).length > 0)
    new k8s.core.v1.Service(
      `${name}-clients`,
      clientService(
        spec,
        ground.metadata(clientServiceName(spec.alias)),
        selector,
        args.service ?? {},
      ),
      options,
    );
}
