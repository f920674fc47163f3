/** A whole system in a namespace of its own, brought up by the program's settings alone. */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { imagesOf } from "../../commands/support/images.ts";
import { projectDirectory } from "../../commands/support/paths.ts";
import type { Outputs } from "../../commands/support/stack.ts";
import { buildImage } from "../../images/build.ts";
import type { SystemName } from "../../settings/schema.ts";
import { ask, type Answer, type Ask } from "../acceptance/checks/https.ts";
import { must } from "../lab/process.ts";
import { Deployment } from "../support/deployment.ts";
import { synapServer } from "../support/synap-server.ts";
import { kubeconfig } from "./lab.ts";

/** A registry that the nodes of a cluster reach which is not the lab. */
const registry = process.env["SYNFLEET_TEST_IMAGE_REGISTRY"];

export class OnCluster {
  readonly deployment: Deployment;
  readonly namespace: string;
  readonly context: string;

  private constructor(deployment: Deployment, context: string) {
    this.deployment = deployment;
    this.namespace = deployment.prefix;
    this.context = context;
  }

  /** @param settings besides those that any cluster needs */
  static async create(system: SystemName, settings: object = {}): Promise<OnCluster> {
    process.env["KUBECONFIG"] = kubeconfig;
    const tags: string[] = [];
    for (const name of imagesOf[system]) tags.push(await buildImage(name));
    if (!registry) await must([join(projectDirectory, "test/lab/kubernetes/load-image"), ...tags]);
    const context = await must(["kubectl", "config", "current-context"]);
    const deployment = await Deployment.create({
      ...{ system, platform: "kubernetes" },
      kubernetes: { context, volumeGiB: 1, ...(!registry && { images: "loaded" }) },
      ...(registry && { imageRegistry: { address: registry } }),
      ...settings,
    });
    return new OnCluster(deployment, context);
  }

  kubectl(...words: readonly string[]): Promise<string> {
    return must(["kubectl", "--context", this.context, "--namespace", this.namespace, ...words]);
  }

  /** Changes some of what any cluster needs. */
  setCluster(changes: object): Promise<void> {
    const { kubernetes } = this.deployment.settings();
    return this.deployment.set({ kubernetes: { ...(kubernetes as object), ...changes } });
  }

  /** Has this machine reach what is published, by ports of a node. */
  async open(): Promise<void> {
    const of = "{.items[0].status.addresses[?(@.type=='InternalIP')].address}";
    const address = await this.kubectl("get", "nodes", "--output", `jsonpath=${of}`);
    const { ports } = this.deployment.settings();
    const first = 30_000 + randomInt(270) * 10;
    const names = Object.keys(ports as object);
    const own = Object.fromEntries(names.map((name, index) => [name, first + index]));
    await this.deployment.set({ ports: own, clientCidrs: [`${address}/32`] });
    await this.setCluster({ service: { type: "NodePort", address } });
  }

  /** Takes a workload away for a while, or brings it back; ends when that is so. */
  async scale(alias: string, count: 0 | 1): Promise<void> {
    const set = `statefulset/${alias}`;
    await this.kubectl("scale", set, `--replicas=${count}`);
    const pod = `pod/${alias}-0`;
    await (count === 0
      ? this.kubectl("wait", "--for=delete", pod, "--timeout=180s")
      : this.ready(alias));
  }

  /** Identity of the main container of a set's pod. */
  async containerOf(alias: string): Promise<string> {
    const of = '{.status.containerStatuses[?(@.name=="main")].containerID}';
    const id = await this.kubectl("get", "pod", `${alias}-0`, "--output", `jsonpath=${of}`);
    return id.replace(/^.*:\/\//, "");
  }

  /** Ends when the pod of a set is there, and ready. */
  async ready(alias: string): Promise<void> {
    await this.kubectl("rollout", "status", `statefulset/${alias}`, "--timeout=180s");
  }

  /** Every object of these kinds, as "kind/name". */
  async objects(kinds: string): Promise<string[]> {
    const text = await this.kubectl("get", kinds, "--output", "name", "--ignore-not-found");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  }

  /** Identity of each pod by the part that it is; another one is another pod. */
  async pods(): Promise<Record<string, string>> {
    const text = await this.kubectl(
      ...["get", "pods", "--output"],
      String.raw`jsonpath={range .items[*]}{.metadata.labels.app\.kubernetes\.io/component} {.metadata.uid}{"\n"}{end}`,
    );
    return Object.fromEntries(text.split("\n").map((line) => line.split(" ") as [string, string]));
  }

  /** Where the name of a Service leads, which is known in the cluster alone. */
  addressOf(name: string): Promise<string> {
    const [service] = name.split(".");
    return this.kubectl("get", "service", service!, "--output", "jsonpath={.spec.clusterIP}");
  }

  /** Asks as a client in the cluster does. */
  async ask(url: string, given: Ask): Promise<Answer> {
    return ask(url, { ...given, address: await this.addressOf(new URL(url).hostname) });
  }

  outputs(): Promise<Outputs> {
    return this.deployment.outputs();
  }

  async remove(): Promise<void> {
    try {
      await this.deployment.destroy();
    } finally {
      await must([
        ...["kubectl", "--context", this.context, "delete", "namespace", this.namespace],
        "--ignore-not-found",
      ]);
      await this.deployment.forget();
    }
  }
}

/** Synap of three members, up. */
export async function synapUp(): Promise<OnCluster> {
  await synapServer();
  const cluster = await OnCluster.create("synap");
  await cluster.deployment.up();
  return cluster;
}

/** A Synaxic that fails over fast, of which one node of two processors has room for all, reached from this machine. */
export async function synaxicOnOneNode(): Promise<OnCluster> {
  const cluster = await OnCluster.create("synaxic", {
    ...{ postgres: { failover: "fast", cpus: 1 }, redis: { cpus: 0.5 }, app: { cpus: 0.5 } },
    readySeconds: 600,
  });
  await cluster.open();
  return cluster;
}
