/** A deployment's pods by the aliases of their workloads, in the place of containers. */
import { onCluster } from "../../commands/support/cluster.ts";
import type { Ended } from "../../commands/support/process.ts";
import { parseSettings } from "../../settings/read.ts";
import { Containers } from "../acceptance/checks/containers.ts";
import type { OnCluster } from "./stack.ts";

/** Every object but secrets, which are secret, and what the cluster itself keeps. */
const SHOWN =
  "statefulsets,deployments,jobs,pods,services,configmaps,persistentvolumeclaims,networkpolicies,events";

export class Pods extends Containers {
  readonly #site: OnCluster;

  constructor(site: OnCluster) {
    super(site.deployment);
    this.#site = site;
  }

  override exec(alias: string, ...argv: string[]): Promise<Ended> {
    return onCluster(parseSettings(this.#site.deployment.settings())).exec(alias, argv);
  }

  override docker(alias: string, ...words: string[]): Promise<string> {
    throw new Error(`docker ${words.join(" ")}: ${alias} is a pod`);
  }

  override async names(): Promise<string[]> {
    return this.#site.objects("pods");
  }

  override async shown(): Promise<string[]> {
    const all = ["--all-containers", "--prefix", "--tail=-1", "--selector"];
    return [
      await this.#site.kubectl("get", SHOWN, "--output", "yaml"),
      await this.#site.kubectl("logs", ...all, "app.kubernetes.io/managed-by=synfleet"),
    ];
  }

  override startTimes(): Promise<Record<string, string>> {
    return this.#site.pods();
  }
}
