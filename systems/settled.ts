import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../components/platform/platform.ts";

/** The value, known once the workloads have settled, so that nobody reads an address at which nothing answers yet. */
export function whenSettled<T>(
  workloads: readonly Workload[],
  value: T,
  others: readonly pulumi.Resource[] = [],
): pulumi.Output<T> {
  const waited = [...workloads.map((workload) => workload.settled), ...others];
  return pulumi.all(waited.map((resource) => resource.urn)).apply(() => value);
}
