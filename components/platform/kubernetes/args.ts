import type { ImageRegistry } from "../docker/registry.ts";

/** Whether members of a set are ever on one node, or only where there are not enough. */
export type Spread = "required" | "preferred";

/** How clients outside of the namespace reach published ports. */
export interface ClientService {
  /**
   * `ClusterIP`: from within the cluster. `NodePort`: by each published port of the nodes, which must be one that the cluster gives out (30000 to 32767
   * by default). `LoadBalancer`: by an address that the cluster's provider gives. A change changes the Services at once and restarts nothing, but for
   * parts whose certificates carry `address`. @default "ClusterIP"
   */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer" | undefined;
  /**
   * Name or IP address by which clients outside of the cluster reach the ports: of a node, or the load balancer's. Stands in certificates and outputs.
   * A change restarts the parts with published ports. @default - the Service's own name, which clients in the cluster have
   */
  readonly address?: string | undefined;
}

/** Who watches the deployment. */
export interface Monitoring {
  /**
   * `own`: a Prometheus of the deployment's own. `operator`: one that the cluster's Prometheus operator runs, which is told by ServiceMonitors and a PrometheusRule. A change
   * to `operator` takes the own one down, and its volume stays; members of etcd restart, one at a time. @default "own"
   */
  readonly prometheus?: "own" | "operator" | undefined;
  /** Namespace in which the operator's Prometheus runs: its pods alone are admitted to what is watched. A change changes the policies at once. @default - there is none */
  readonly namespace?: string | undefined;
  /** Of the ServiceMonitors and the PrometheusRule, by which that Prometheus selects them. A change changes the objects at once. @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Of the ConfigMaps with dashboards, by which a Grafana's sidecar finds them. A change changes the objects at once. @default `grafana_dashboard: "1"` */
  readonly dashboardLabels?: Readonly<Record<string, string>> | undefined;
}

/** The way in for browsers by the cluster's Ingress controller. Changes take effect at once and restart nothing but what `name` and `trustedCidrs` say. */
export interface Ingress {
  /** By which browsers ask for the site, over HTTPS on port 443. Having one, or none any more, restarts the proxy, which tells the app so; another name does not. */
  readonly name: string;
  /** Namespace in which the controller runs: its pods are admitted to the proxy. */
  readonly namespace: string;
  /** IngressClass. @default - the cluster's default one */
  readonly className?: string | undefined;
  /** Secret of the deployment's namespace, of type `kubernetes.io/tls`, with the certificate that browsers see. @default - the controller's own */
  readonly tlsSecret?: string | undefined;
  /** Of the Ingress, besides those that have the controller verify the proxy, and over them. @default none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Networks of the controller's pods, whose `X-Forwarded-For` the proxy believes; whoever else is in them could lie. A change restarts the proxy. @default none */
  readonly trustedCidrs?: readonly string[] | undefined;
}

/** A namespace of a Kubernetes cluster, for one deployment. */
export interface KubernetesPlatformArgs {
  /** Name of the deployment; objects are labelled with it. Changing it is another deployment. */
  readonly prefix: string;
  /** Context of the kubeconfig: which cluster, and as whom. Never the current one by itself, which another window changes. */
  readonly context: string;
  /** Its own, labelled for Pod Security `restricted`. Another one is another cluster without the data. @default the prefix */
  readonly namespace?: string | undefined;
  /** Domain of the cluster's own names. Changing it reloads what asks name servers by itself. @default "cluster.local" */
  readonly clusterDomain?: string | undefined;
  /**
   * Networks of the cluster's pods, from which a PostgreSQL member takes connections of the others and of clients; who they are certificates, passwords and the
   * policies decide. A change restarts the members, one at a time. @default every private network
   */
  readonly podCidrs?: readonly string[] | undefined;
  /** Names by which parts are placed. The cluster's scheduler decides where they run. @default one, "cluster" */
  readonly hosts?: readonly { readonly name: string }[] | undefined;
  /**
   * Whether members of a set are ever on one node: `required` leaves one that has no node of its own waiting, and `preferred` puts it beside another then. A change
   * replaces the members, one at a time. @default "preferred"
   */
  readonly spread?: Spread | undefined;
  /** Class of the volumes. Fixed once they are there. @default - the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Size of each volume with data, in GiB. It can grow where the class permits it, in place; never shrink. @default 10 */
  readonly volumeGiB?: number | undefined;
  /** Whether a destroy leaves volumes and namespace, so that a later `up` finds the data. A change takes effect with the next `up`. @default true */
  readonly keepVolumes?: boolean | undefined;
  /** Keeps volumes from being deleted by the engine. @default false */
  readonly protectVolumes?: boolean | undefined;
  /** Namespaces whose pods reach published ports. The deployment's own is for its parts alone. A change changes the policies at once. @default none */
  readonly clientNamespaces?: readonly string[] | undefined;
  /** Networks outside of the cluster from which published ports are reached. A change changes the policies at once. @default none */
  readonly clientCidrs?: readonly string[] | undefined;
  readonly service?: ClientService | undefined;
  readonly monitoring?: Monitoring | undefined;
  /** @default - none: browsers come by the published ports */
  readonly ingress?: Ingress | undefined;
  /**
   * `registry`: images are built here, kept in `imageRegistry`, and nodes take them from there. `loaded`: every node has them already, by the tags that
   * the build gives, and asks nobody. A change restarts every part, members one at a time. @default "registry"
   */
  readonly images?: "registry" | "loaded" | undefined;
  readonly imageRegistry?: ImageRegistry | undefined;
  /**
   * Names of Secrets of the namespace, of type `kubernetes.io/dockerconfigjson`, by which nodes log in at registries. They are the user's, so no log-in is in the settings or the
   * state. A change of the names replaces every part, members one at a time; of a Secret's content nothing. @default none
   */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** Whether a change waits for the member's peers to be ready. Only ever false to repair a broken set. @default true */
  readonly rolloutGate?: boolean | undefined;
  /** How long a member may take to be ready again after a change before the roll-out stops, in seconds. @default 300 */
  readonly readySeconds?: number | undefined;
  /** Of every object. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}
