import type * as pulumi from "@pulumi/pulumi";
import { LoadBalancer, type LoadBalancerArgs } from "../components/balancer/balancer.ts";
import { STATISTICS_PORT } from "../components/balancer/spec.ts";
import type { MonitoringStackArgs } from "../components/monitoring/stack.ts";
import type { Workload } from "../components/platform/platform.ts";
import type { Entrance, Entrances } from "./entrances.ts";

/** A balancer on each of the hosts, all with the same services. A change goes through them one by one, so that clients have another. */
export function loadBalancers(
  entrances: Entrances,
  args: Omit<LoadBalancerArgs, "host" | "after">,
  options: pulumi.ComponentResourceOptions,
): [LoadBalancer, ...LoadBalancer[]] {
  const on = ({ name, host }: Entrance, after: readonly Workload[]) =>
    new LoadBalancer(name, { ...args, host, ...(after.length > 0 && { after }) }, options);
  const [first, ...others] = entrances;
  const made: [LoadBalancer, ...LoadBalancer[]] = [on(first, [])];
  for (const entrance of others) made.push(on(entrance, [made.at(-1)!.workload]));
  return made;
}

/** What Prometheus asks each of them. */
export function balancerJob(entrances: readonly Entrance[]): MonitoringStackArgs["jobs"][number] {
  return {
    name: "balancer",
    targets: entrances.map(({ name }) => ({ host: name, port: STATISTICS_PORT })),
    access: "statistics",
  };
}
