/** The settings of a Kubernetes cluster, and the rules between them and the others. */
import { z } from "zod";
import { cidr, namespace } from "./atoms.ts";
import { ingress, monitoring } from "./cluster-own.ts";
import type { Problem } from "./parts.ts";

const service = z.strictObject({
  /** How clients outside of the namespace reach published ports. */
  type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).default("ClusterIP"),
  /** By which clients outside of the cluster reach them. @default the Service's own name */
  address: z
    .string()
    .regex(/^[a-zA-Z0-9]([a-zA-Z0-9.:-]*[a-zA-Z0-9])?$/, "a name or an IP address")
    .optional(),
});

export const kubernetes = z.strictObject({
  /** Context of the kubeconfig; never the current one by itself. */
  context: z.string().min(1, "the name of a context").optional(),
  /** @default the deployment's name */
  namespace: namespace.optional(),
  /** Domain of the cluster's own names. */
  clusterDomain: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a domain such as cluster.local")
    .default("cluster.local"),
  /** Networks of the pods. @default every private network */
  podCidrs: z.array(cidr).min(1, "at least one network, or leave it out").optional(),
  /** Whether members of a set are ever on one node. */
  spread: z.enum(["required", "preferred"]).default("preferred"),
  /** @default the cluster's default class */
  storageClass: z.string().min(1, "the name of a StorageClass").optional(),
  /** Size of each volume with data. */
  volumeGiB: z.int().min(1, "1 or more (GiB)").default(10),
  /** Whether a destroy leaves volumes and namespace. */
  keepVolumes: z.boolean().default(true),
  /** Namespaces whose pods reach published ports. */
  clientNamespaces: z.array(namespace).default([]),
  service: service.default(service.parse({})),
  monitoring: monitoring.default(monitoring.parse({})),
  /** A way in for browsers that the cluster has. @default none: they come by the published ports */
  ingress: ingress.optional(),
  /** Where nodes have images from: `imageRegistry`, or nowhere, since they are loaded already. */
  images: z.enum(["registry", "loaded"]).default("registry"),
  /** Secrets of the namespace by which nodes log in at registries. */
  imagePullSecrets: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "the name of a Secret: a-z, 0-9, - and ."),
    )
    .default([]),
});

/** What of the settings the rules look at. */
export interface OnCluster {
  readonly platform: "docker" | "swarm" | "kubernetes";
  readonly topology: string;
  readonly hosts: readonly {
    readonly address?: string | undefined;
    readonly engine?: string | undefined;
    readonly ssh?: unknown;
  }[];
  readonly prepareHosts: boolean;
  readonly publishAddress?: string | undefined;
  readonly balancers: readonly unknown[];
  readonly imageRegistry?: unknown;
  readonly kubernetes: z.output<typeof kubernetes>;
}

/** A cluster places parts by itself, so what says where they run or how machines are reached is refused. */
export function onCluster(settings: OnCluster): Problem[] {
  if (settings.platform !== "kubernetes") return [];
  const { topology, hosts, kubernetes: given } = settings;
  const none = (key: string, got: unknown, why: string): Problem => ({
    ...{ key, got, allowed: `nothing, with platform kubernetes: ${why}`, next: "leave it out" },
  });
  const nodes = "the cluster places parts on its nodes";
  return [
    ...(given.context === undefined
      ? [
          {
            key: "kubernetes.context",
            got: undefined,
            allowed: "a context of your kubeconfig, with platform kubernetes",
            next: "kubectl config get-contexts shows them",
          },
        ]
      : []),
    ...(topology === "single-host" ? [] : [none("topology", topology, nodes)]),
    ...hosts.flatMap(({ address, engine, ssh }, index) =>
      Object.entries({ address, engine, ssh })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => none(`hosts[${index}].${key}`, value, nodes)),
    ),
    ...(settings.prepareHosts ? [none("prepareHosts", true, "nodes are the cluster's own")] : []),
    ...(settings.publishAddress === undefined
      ? []
      : [
          none(
            "publishAddress",
            settings.publishAddress,
            "kubernetes.service says how clients get in",
          ),
        ]),
    ...(settings.balancers.length === 1
      ? []
      : [
          none(
            "balancers",
            `${settings.balancers.length} of them`,
            "one, which the cluster starts anew where it is lost",
          ),
        ]),
    ...(given.images === "loaded" || settings.imageRegistry !== undefined
      ? []
      : [
          {
            key: "imageRegistry",
            got: undefined,
            allowed: "a registry that the nodes reach, with platform kubernetes",
            next: "set it; or load the images onto every node, and set kubernetes.images to loaded",
          },
        ]),
  ];
}

/** What a cluster gives out unless it was told otherwise. */
const NODE_PORTS = { first: 30000, last: 32767 };

/** Ports of nodes are the ports that clients use. */
export function nodePorts(
  settings: Pick<OnCluster, "platform" | "kubernetes">,
  ports: readonly { readonly key: string; readonly port: number }[],
): Problem[] {
  const { platform, kubernetes: given } = settings;
  if (platform !== "kubernetes" || given.service.type !== "NodePort") return [];
  const { first, last } = NODE_PORTS;
  return ports
    .filter(({ port }) => port < first || port > last)
    .map(({ key, port }) => ({
      ...{ key, got: port, allowed: `${first} to ${last}, with kubernetes.service.type NodePort` },
      next: "choose one of them",
    }));
}
