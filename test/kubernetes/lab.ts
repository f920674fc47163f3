/** The provider on a real API server, in namespaces of its own. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { expect } from "vitest";
import { PartialFailure, type PropertyMap } from "../../engine/src/provider.ts";
import { loadProvider } from "../../engine/src/providers/index.ts";
import { harness } from "../../engine/src/providers/testing/harness.ts";
import { Client } from "../../engine/src/providers/kubernetes/client.ts";
import { Cluster } from "../../engine/src/providers/kubernetes/cluster.ts";
import { choose, loadKubeconfig } from "../../engine/src/providers/kubernetes/kubeconfig.ts";
import { kindOfToken } from "../../engine/src/providers/kubernetes/kinds.ts";

export const kubeconfig = process.env["SYNFLEET_TEST_KUBECONFIG"] ?? process.env["KUBECONFIG"];
if (!kubeconfig)
  throw new Error(
    "kubernetes: SYNFLEET_TEST_KUBECONFIG is not set; run `npm test -- kubernetes`, which starts a cluster, or set it to one",
  );

export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
export const SECRET = "kubernetes:core/v1:Secret";
export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const SERVICE = "kubernetes:core/v1:Service";
export const POD = "kubernetes:core/v1:Pod";
export const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
export const DAEMON_SET = "kubernetes:apps/v1:DaemonSet";
export const JOB = "kubernetes:batch/v1:Job";
export const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
export const DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

/** The cluster as an onlooker sees it. */
export const cluster = new Cluster(new Client(choose(loadKubeconfig(kubeconfig, {}), {})));

export async function newLab(config: PropertyMap = {}) {
  const namespace = `engine-${randomBytes(4).toString("hex")}`;
  const provider = await loadProvider("kubernetes");
  provider.prepare?.({ kubeconfig: kubeconfig!, ...config });
  const driven = harness(provider, randomBytes(32));
  const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const kept = { fieldManager: "test", isDryRun: false };
  await cluster.create(own, kept);
  return {
    ...driven,
    provider,
    namespace,
    /** What is live, as the server has it. */
    live: (token: string, name: string) => cluster.get(kindOfToken(token), namespace, name),
    /** An object of a kind in the lab's namespace. */
    object: (token: string, metadata: PropertyMap, rest: PropertyMap): PropertyMap => {
      const { group, version, kind } = kindOfToken(token);
      const apiVersion = group ? `${group}/${version}` : version;
      return { apiVersion, kind, metadata: { namespace, ...metadata }, ...rest };
    },
    drift: (object: PropertyMap, name: string, patch: PropertyMap[]) =>
      cluster.jsonPatch(object, name, patch),
    cleanUp: () => cluster.delete(own, namespace, "Background"),
  };
}

export type Lab = Awaited<ReturnType<typeof newLab>>;

export const probe = (more: PropertyMap = {}): PropertyMap => ({
  name: "main",
  image: "lab/probe:1",
  imagePullPolicy: "Never",
  args: ["serve", ":8080"],
  ...more,
});

export const shell = (script: string): PropertyMap => ({
  name: "main",
  image: "lab/busybox:1",
  imagePullPolicy: "Never",
  command: ["sh", "-c", script],
});

/** A pod template with labels, which ends at once when it is told to. */
export const template = (
  container: PropertyMap,
  labels: PropertyMap = { app: "x" },
): PropertyMap => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [container] },
});

export async function partialOf(work: Promise<unknown>): Promise<PartialFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PartialFailure);
  return error as PartialFailure;
}

export const run = promisify(execFile);
