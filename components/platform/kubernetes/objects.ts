/** The objects that a workload is on a cluster. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadOptions, WorkloadSpec } from "../platform.ts";
import type { ClientService, KubernetesPlatformArgs } from "./args.ts";
import { podTemplate, type PodPlace } from "./pod.ts";

interface Metadata {
  readonly name: pulumi.Input<string>;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** Pulumi would wait for each object by itself, and members of a set become ready together. */
export const UNAWAITED = { "pulumi.com/skipAwait": "true" };

/** By which the pods of a workload are found, and nothing else. */
export const selectorOf = (prefix: string, alias: string): Record<string, string> => ({
  "app.kubernetes.io/instance": prefix,
  "app.kubernetes.io/component": alias,
});

export const deploymentSelector = (prefix: string): Record<string, string> => ({
  "app.kubernetes.io/instance": prefix,
});

/** As kubectl and the API take it. */
export const selectorText = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map((pair) => pair.join("="))
    .join(",");

/** Labels of every object of a deployment. */
export const commonLabels = ({
  prefix,
  labels,
}: Pick<KubernetesPlatformArgs, "prefix" | "labels">) => ({
  "app.kubernetes.io/instance": prefix,
  "app.kubernetes.io/managed-by": "synfleet",
  "org.synfleet.fleet": prefix,
  ...labels,
});

/** What runs a workload: a name of its own and its volumes for a member, a copy beside the old one for what is the same anywhere. */
export type Runner = "StatefulSet" | "Deployment" | "Job";

export function runnerOf(
  { oneShot, volumes }: WorkloadSpec,
  { peers = [] }: Pick<WorkloadOptions, "peers">,
): Runner {
  if (oneShot) return "Job";
  return volumes.length > 0 || peers.length > 0 ? "StatefulSet" : "Deployment";
}

/** Who has data is never killed for being slow, and members of a set need each other to become well. */
export function isWatched(
  { volumes }: WorkloadSpec,
  { peers = [], readyAlone }: Pick<WorkloadOptions, "peers" | "readyAlone">,
): boolean {
  return volumes.length === 0 && (readyAlone ?? peers.length === 0);
}

/** A member is one pod with a set of its own, so that it is placed, resized and changed by itself. */
export function statefulSet(
  spec: WorkloadSpec,
  metadata: Metadata,
  selector: Record<string, string>,
  at: PodPlace,
) {
  return {
    metadata,
    spec: {
      ...onePod(spec, selector, at),
      serviceName: metadata.name,
      // Any other never replaces a pod that was not well, so a bad change could not be taken back.
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "RollingUpdate" },
    },
  } satisfies k8s.apps.v1.StatefulSetArgs;
}

/** The old pod goes when the new one is ready. */
export function deployment(
  spec: WorkloadSpec,
  metadata: Metadata,
  selector: Record<string, string>,
  at: PodPlace,
) {
  return {
    metadata,
    spec: {
      ...onePod(spec, selector, at),
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
  } satisfies k8s.apps.v1.DeploymentArgs;
}

const onePod = (spec: WorkloadSpec, selector: Record<string, string>, at: PodPlace) => ({
  replicas: 1,
  revisionHistoryLimit: 3,
  selector: { matchLabels: selector },
  template: podTemplate(spec, at),
});

/** Runs to its end once, and again when it is another. */
export function job(spec: WorkloadSpec, metadata: Metadata, at: PodPlace) {
  return {
    metadata,
    spec: { backoffLimit: 0, template: podTemplate(spec, at) },
  } satisfies k8s.batch.v1.JobArgs;
}

/** The name by which the others reach it, which leads to the pod itself, ready or not: members become ready by each other. */
export function headlessService(
  spec: WorkloadSpec,
  metadata: Metadata,
  selector: Record<string, string>,
) {
  return {
    // By which a ServiceMonitor finds it, and not the one for clients.
    metadata: { ...metadata, labels: { ...metadata.labels, ...selector } },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector,
      ports: spec.ports.map(({ internal }) => tcp(internal, internal)),
    },
  } satisfies k8s.core.v1.ServiceArgs;
}

/** The way in for clients, by the published ports. */
export function clientService(
  spec: WorkloadSpec,
  metadata: Metadata,
  selector: Record<string, string>,
  { type = "ClusterIP" }: ClientService,
) {
  return {
    metadata,
    spec: {
      type,
      selector,
      // Any other hides the client's address, by which the policies judge.
      ...(type !== "ClusterIP" && { externalTrafficPolicy: "Local" }),
      ports: publishedPorts(spec).map(({ internal, published }) => ({
        ...tcp(published, internal),
        ...(type === "NodePort" && { nodePort: published }),
      })),
    },
  } satisfies k8s.core.v1.ServiceArgs;
}

export function publishedPorts({ ports }: WorkloadSpec) {
  return ports.flatMap(({ internal, published }) =>
    published === undefined ? [] : [{ internal, published }],
  );
}

/** A volume is a claim of its own, and outlives the set that uses it. */
export function claim(
  metadata: Metadata,
  { storageClass, volumeGiB = 10 }: Pick<KubernetesPlatformArgs, "storageClass" | "volumeGiB">,
) {
  return {
    metadata,
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClass !== undefined && { storageClassName: storageClass }),
      resources: { requests: { storage: `${volumeGiB}Gi` } },
    },
  } satisfies k8s.core.v1.PersistentVolumeClaimArgs;
}

/** What a port of a Service is called. */
export const portName = (port: number): string => `port-${port}`;

const tcp = (port: number, targetPort: number) => ({
  ...{ name: portName(port), port, targetPort, protocol: "TCP" },
});
