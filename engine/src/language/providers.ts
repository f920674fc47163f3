/** Which provider a resource gets: its own, its nearest component's, or the default one of its package. */
import type resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Deployment } from "../deployment/deployment.ts";
import type { Goal } from "../deployment/resource.ts";
import { packageOf } from "../deployment/urn.ts";
import { unsupported } from "../errors.ts";
import type { Values } from "../values/property.ts";

type ByPackage = ReadonlyMap<string, string>;

export class Providers {
  private readonly deployment: Deployment;
  private readonly configOf: (pkg: string) => Values;
  private readonly ofComponent = new Map<string, ByPackage>();

  constructor(deployment: Deployment, configOf: (pkg: string) => Values) {
    this.deployment = deployment;
    this.configOf = configOf;
  }

  async forResource(request: resproto.RegisterResourceRequest, goal: Goal): Promise<string> {
    const pkg = packageOf(goal.type);
    const download = request.getPlugindownloadurl();
    if (download) throw unsupported(`resource ${goal.name}: the option pluginDownloadURL`);
    return (
      goal.provider ||
      request.getProvidersMap().get(pkg) ||
      this.ofComponent.get(goal.parent)?.get(pkg) ||
      this.byDefault(pkg, request.getVersion())
    );
  }

  /** What a component's children use when they name no provider; it hands on what its own parent gave it. */
  remember(urn: string, request: resproto.RegisterResourceRequest): void {
    const own = new Map(this.ofComponent.get(request.getParent()) ?? []);
    for (const [pkg, reference] of request.getProvidersMap().entries() as Iterable<
      [string, string]
    >)
      own.set(pkg, reference);
    this.ofComponent.set(urn, own);
  }

  byDefault(pkg: string, version: string): Promise<string> {
    return this.deployment.defaultProvider(pkg, version, this.configOf(pkg));
  }
}
