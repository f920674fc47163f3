import type * as pulumi from "@pulumi/pulumi";
import type { ImageName } from "../../images/inputs.ts";
import type { Watcher } from "../monitoring/watcher.ts";

/** One file that a workload finds under {@link CONFIG_DIRECTORY}. */
export interface FileSpec {
  readonly content: pulumi.Input<string>;
  /** Whether the content is given in base64, for files that are no text, such as Java's trust stores. @default false */
  readonly base64?: boolean;
  /** Readable by the service's own user alone (0400) instead of by all (0444), and secret in state. @default false */
  readonly secret?: boolean;
}

export interface VolumeSpec {
  /** Role of the volume, such as "data"; part of its name. */
  readonly name: string;
  /** Absolute path at which the workload sees it. */
  readonly path: string;
  /** One that others of the workload's host see too; see {@link Platform.sharedVolume}. @default - its own alone */
  readonly shared?: SharedVolume;
  /** Name of the workload's volume of which it is a folder, which {@link CompanionSpec companions} may see too. @default - a volume by itself */
  readonly within?: string;
}

/** A program beside a workload, which starts before it and ends after it, wherever that runs. */
export interface CompanionSpec {
  /** Its name beside the workload, such as "fence". */
  readonly name: string;
  readonly image: ImageSpec;
  /** Files and folders that it sees of the workload's, below {@link CONFIG_DIRECTORY}. */
  readonly files: readonly string[];
  /** Those of the workload's volumes, by name, that it sees. */
  readonly volumes: readonly string[];
  readonly limits: ResourceLimits;
  readonly health: readonly string[];
}

/** A volume of a host that belongs to no single workload. What is in it can be made again at any time. */
export interface SharedVolume {
  /** Its name on the host. */
  readonly name: string;
  readonly host: string;
  readonly made: pulumi.Resource;
}

export interface PortSpec {
  /** Port on which the workload listens. */
  readonly internal: number;
  /** Port of the host that leads there for clients. Without it, only the other workloads reach the port. */
  readonly published?: number;
  /** Whether workloads on other hosts use it; if not, theirs may have the same. @default true */
  readonly peers?: boolean;
}

export interface HostMountSpec {
  readonly hostPath: string;
  readonly path: string;
}

export interface ResourceLimits {
  /** Hard limit of memory, in MiB. Changing it is done in place. */
  readonly memoryMiB: number;
  /** Share of the host's processors, 1 = one whole processor. Changing it replaces the container, one member at a time. */
  readonly cpus: number;
}

/**
 * What a component asks a platform to run: plain values decide the structure, and only file contents are `Input`s.
 * A field is here because two workloads need it; an adapter that cannot render one throws and never drops it.
 */
export interface WorkloadSpec {
  /** Name by which the other workloads reach it; also its member name. */
  readonly alias: string;
  /** Name of one of the platform's hosts. */
  readonly host: string;
  /** One of Synfleet's own images, or a whole reference to another. */
  readonly image: ImageSpec;
  /** Arguments of the image's entry point. */
  readonly command?: readonly string[];
  /**
   * What an image that is not Synfleet's reads from its environment. Never a secret: whoever may look at the container
   * sees it. Changing it replaces the container.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** User and group that an image which is not Synfleet's runs as; its secret files are that user's. @default SERVICE_UID */
  readonly user?: number;
  /** Files by their path under {@link CONFIG_DIRECTORY}. */
  readonly files: Readonly<Record<string, FileSpec>>;
  /** Directories at which the workload sees its files as well, in place of what its image has there. */
  readonly filesAt?: readonly string[];
  readonly volumes: readonly VolumeSpec[];
  readonly hostMounts?: readonly HostMountSpec[];
  readonly ports: readonly PortSpec[];
  /**
   * Hosts, by name, of the workloads elsewhere that it calls and that the platform was not told to make known to all. Changing them replaces the container
   * where names are written into it. @default - none
   */
  readonly calls?: Readonly<Record<string, string>>;
  readonly limits: ResourceLimits;
  /** Size of /dev/shm, in MiB. @default 64 */
  readonly sharedMemoryMiB?: number;
  /** Time that the service is given to end before it is killed, in seconds. */
  readonly stopSeconds: number;
  /**
   * Command that gives the workload's role to another member of its set, and how long it may take, in seconds. Run before a stop by a platform that moves workloads
   * to other machines by itself; elsewhere a stop is the operator's, and soon over. @default - there is no role, or a stop gives it away by itself
   */
  readonly handOver?: { readonly command: readonly string[]; readonly seconds: number };
  /** Command that ends with 0 while the service answers. Without it, one that runs is ready. One-shot workloads have none. */
  readonly health?: readonly string[];
  /** A workload that ends by itself: not restarted, not expected to be running later. @default false */
  readonly oneShot?: boolean;
  /** Programs beside it, on a platform that has {@link Platform.companions them}. A change replaces the workload. */
  readonly companions?: readonly CompanionSpec[];
  /** Whether the service can change over to new files without a new container; see the image contract. @default true */
  readonly reloads?: boolean;
}

/** One of the images that Synfleet builds, or any other by its whole reference. */
export type ImageSpec = { readonly stage: ImageName } | { readonly reference: string };

/** Where a workload finds its {@link WorkloadSpec.files}. */
export const CONFIG_DIRECTORY = "/etc/synfleet";

/** User and group of every service in Synfleet's own images. */
export const SERVICE_UID = 10001;
/** Of every image of Synfleet: ends well when the workload does its part. */
export const READY_COMMAND = "/usr/local/bin/ready";

/** The state of a workload in the deployment, for others to wait for. */
export interface Workload {
  readonly alias: string;
  /** Started, though perhaps not ready. */
  readonly started: pulumi.Resource;
  /** Running with the declared files; on an update also ready, which for a database member includes caught up. */
  readonly settled: pulumi.Resource;
}

export interface WorkloadOptions {
  readonly parent: pulumi.Resource;
  /** Workloads that must have settled before this one is touched: the order of a rolling change. */
  readonly after?: readonly Workload[];
  /** Workloads that must be ready before this one is changed in any way, so that a set never loses two members. */
  readonly peers?: readonly string[];
  /**
   * Name, used once in a deployment, of the set whose members are kept apart, and lost one at a time, by a platform that moves workloads by itself.
   * @default - none: it stands alone
   */
  readonly set?: string;
  /**
   * Whether it becomes ready without its peers: then its creation is waited for, which members that only become ready
   * together would wait for in vain. @default - where there are no peers
   */
  readonly readyAlone?: boolean;
  readonly dependsOn?: pulumi.Input<pulumi.Resource>[];
}

/** What a {@link Site} leads to: a port at which a workload takes HTTPS, and proves its alias. */
export interface Led {
  readonly alias: string;
  readonly internal: number;
  readonly published: number;
  /** Of the authority that signed its certificate, in PEM. */
  readonly authorityPem: pulumi.Input<string>;
}

/** A way in for browsers that the platform has in front of the published ports, such as a cluster's Ingress. */
export interface Site {
  /** By which browsers ask for it, over HTTPS on that one's own port. A plain value. */
  readonly name: string;
  /** Networks from which its proxies come, whose word for a client's address may be taken. */
  readonly trustedProxies: readonly string[];
  /** To one workload. */
  lead(to: Led, parent: pulumi.Resource): void;
}

/** How components reach the machines. One adapter a kind of machine; components know this interface alone. */
export interface Platform {
  /** For outputs and messages only; a component never branches on it. */
  readonly kind: string;
  readonly hosts: readonly string[];
  /** Those of the hosts that an exporter watches each. None where the machines are somebody else's, as a cluster's nodes. */
  readonly machines: readonly string[];
  /** Its own Prometheus, which watches the workloads in place of one of the deployment's. @default - none */
  readonly watcher?: Watcher | undefined;
  /** Its own way in for browsers. @default - none: they come by the published ports */
  readonly site?: Site | undefined;
  workload(name: string, spec: WorkloadSpec, options: WorkloadOptions): Workload;
  /** Whether workloads may have companions. They see what they share with these, and there is no volume that workloads share. @default false */
  readonly companions?: boolean;
  /** A volume on a host for several workloads, which must not be data: it is never protected. */
  sharedVolume(name: string, host: string, parent: pulumi.Resource): SharedVolume;
  /**
   * Ends when all of these are ready: members of a new set become so only together. Only for workloads of Synfleet's own
   * images. Runs again when others are named.
   */
  whenReady(name: string, workloads: readonly Workload[], parent: pulumi.Resource): pulumi.Resource;
  /** Name or address, and port, by which clients outside of the deployment reach a published port of a workload. A plain value. */
  endpoint(host: string, published: number, alias: string): string;
  /** Names and addresses that a certificate must carry for clients that come through the published ports of a workload on the host. */
  advertised(
    host: string,
    alias: string,
  ): {
    readonly dnsNames: readonly string[];
    readonly ipAddresses: readonly string[];
  };
  /**
   * Domain of the workloads' names, for programs that ask a name server by themselves instead of having the container look a name up.
   * @default - the name servers know them as they are
   */
  readonly domain?: string | undefined;
  /** Networks of the other members, in CIDR form, where they are not those that a container is connected to. */
  readonly peerCidrs: readonly string[];
}
