import type { Outputs } from "../../commands/support/stack.ts";
import type { Answer } from "../acceptance/checks/https.ts";
import { SynapSite } from "../acceptance/checks/synap/site.ts";
import { Pods } from "./pods.ts";
import type { OnCluster } from "./stack.ts";

/** Synap as clients within the cluster reach it. */
export class SynapOnCluster extends SynapSite {
  readonly #cluster: OnCluster;

  constructor(cluster: OnCluster, outputs: Outputs) {
    super(["synap1", "synap2", "synap3"], new Pods(cluster), outputs);
    this.#cluster = cluster;
  }

  override request(end: "read" | "write", path: string, options: object = {}): Promise<Answer> {
    const { caCertificate: ca, credentials, endpoints } = this.outputs;
    const given = { ca, ...credentials.synap!, ...options };
    return this.#cluster.ask(`${String(endpoints[end])}${path}`, given);
  }
}
