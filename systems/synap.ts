import * as pulumi from "@pulumi/pulumi";
import { synapService } from "../components/balancer/services/synap.ts";
import { MonitoringStack } from "../components/monitoring/stack.ts";
import type { Platform, Workload } from "../components/platform/platform.ts";
import { SynapCluster, type SynapMember } from "../components/synap/cluster.ts";
import { HTTP_PORT, type EvictionPolicy } from "../components/synap/conf.ts";
import { balancerJob, loadBalancers } from "./balancers.ts";
import { entrancesOf, toldToAll, toldToCallers, type EntranceArgs } from "./entrances.ts";
import { foundation } from "./foundation.ts";
import { whenSettled } from "./settled.ts";

export interface SynapArgs extends EntranceArgs {
  readonly platform: Platform;
  /** One is a server by itself; with more, one is the master and the others follow it. */
  readonly members: readonly SynapMember[];
  /** The member that takes the writes. A change hands over to it. */
  readonly master: string;
  readonly synap: {
    readonly maxMemoryMiB: number;
    readonly evictionPolicy: EvictionPolicy;
    readonly cpus: number;
  };
  /** Ports on which the shared parts are published: of each balancer's host, and of the first for the monitoring. */
  readonly ports: {
    readonly write: number;
    readonly read: number;
    readonly statistics: number;
    readonly prometheus: number;
    readonly grafana: number;
  };
  /** Whether Grafana runs; its image must be on the host or within reach. @default false */
  readonly grafana?: boolean;
}

/** URLs without passwords. */
export interface SynapEndpoints {
  readonly write: string;
  readonly read: string;
  /** The same on every host with a balancer, where there are several. */
  readonly writeAll?: readonly string[];
  readonly readAll?: readonly string[];
  readonly statistics: string;
  /** None where the platform has a Prometheus that watches. */
  readonly prometheus?: string;
  readonly grafana?: string;
}

const ROOT_USER = "root";

/** A key-value server with replicas, behind a balancer that keeps writes and reads apart. */
export class Synap extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:systems:Synap";
  /** Known only when every member is ready. */
  readonly endpoints: pulumi.Output<SynapEndpoints>;
  /** Secret. */
  readonly credentials: pulumi.Output<object>;
  /** What clients verify every server with, in PEM. */
  readonly caCertificate: pulumi.Output<string>;

  constructor(name: string, args: SynapArgs, options?: pulumi.ComponentResourceOptions) {
    const names = args.members.map((member) => member.name);
    super(Synap.__pulumiType, name, { members: names }, options);
    const { platform, ports } = args;
    const entrances = entrancesOf(platform.hosts, args);
    const front = platform.hosts[0]!;
    const child = { parent: this };
    const { authority, passwords, statistics, administrator, credentials } = foundation(
      name,
      ["root"],
      this,
      args,
    );
    const parts = { platform, authority };
    const { cpus, maxMemoryMiB, evictionPolicy } = args.synap;
    const cluster = new SynapCluster(
      "synap",
      {
        ...parts,
        members: args.members,
        master: args.master,
        password: passwords.root,
        clients: [...entrances.map((entrance) => entrance.name), "prometheus"],
        server: { maxMemoryMib: maxMemoryMiB, evictionPolicy },
        cpus,
      },
      child,
    );
    const balancers = loadBalancers(
      entrances,
      {
        ...parts,
        services: [synapService({ members: names, published: ports, domain: platform.domain })],
        statistics: { ...statistics, port: ports.statistics },
      },
      child,
    );
    const serving: Workload[] = [
      ...cluster.workloads,
      ...balancers.map(({ workload }) => workload),
    ];
    const ready = platform.whenReady("synap-ready", serving, this);
    const monitoring = new MonitoringStack(
      "monitoring",
      {
        ...parts,
        host: front,
        ports,
        cluster: name,
        calls: toldToCallers(entrances),
        exporters: [],
        jobs: [
          {
            name: "synap",
            targets: names.map((host) => ({ host, port: HTTP_PORT, member: host })),
            access: "certificate",
          },
          {
            name: "synap-member",
            targets: names.map((host) => ({ host, port: HTTP_PORT, member: host })),
            access: "certificate",
            path: "/synfleet/metrics",
          },
          balancerJob(entrances),
        ],
        statistics,
        grafana: administrator,
      },
      child,
    );
    const everywhere = (port: number) =>
      entrances.map(({ name, host }) => `https://${platform.endpoint(host, port, name)}`);
    const at = (port: number) => everywhere(port)[0]!;
    this.endpoints = whenSettled(
      [...serving, ...monitoring.workloads],
      {
        write: at(ports.write),
        read: at(ports.read),
        ...(entrances.length > 1 && {
          writeAll: everywhere(ports.write),
          readAll: everywhere(ports.read),
        }),
        statistics: balancers[0].statisticsUrl,
        ...(monitoring.prometheusUrl && { prometheus: monitoring.prometheusUrl }),
        ...(monitoring.grafanaUrl && { grafana: monitoring.grafanaUrl }),
      },
      [ready],
    );
    this.credentials = pulumi.secret({
      synap: { user: ROOT_USER, password: passwords.root },
      ...credentials,
    });
    this.caCertificate = authority.certificatePem;
    this.registerOutputs({
      endpoints: this.endpoints,
      credentials: this.credentials,
      caCertificate: this.caCertificate,
    });
  }
}

/** Host of every workload by its alias: plain, because on several hosts each must know the addresses of all. */
export function synapPlacement(
  hosts: readonly { readonly name: string }[],
  args: Pick<SynapArgs, "members" | "balancers">,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...args.members.map(({ name, host }) => [name, host]),
    ...toldToAll(hosts, args).map(({ name, host }) => [name, host]),
    ...["prometheus", "grafana"].map((alias) => [alias, hosts[0]!.name]),
  ]);
}
