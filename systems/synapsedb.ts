import * as pulumi from "@pulumi/pulumi";
import {
  admittedService,
  READ_PORT,
  WRITE_PORT,
} from "../components/balancer/services/admitted.ts";
import { EtcdCluster } from "../components/etcd/cluster.ts";
import { etcdJob } from "../components/etcd/spec.ts";
import type { ManagerConfArgs } from "../components/manager/conf.ts";
import { ClusterInitialiser } from "../components/manager/initialiser.ts";
import { ClusterManager } from "../components/manager/manager.ts";
import { MANAGER_PORT, managerAlias } from "../components/manager/spec.ts";
import { postgresExporter } from "../components/monitoring/spec.ts";
import { MonitoringStack } from "../components/monitoring/stack.ts";
import type { Workload } from "../components/platform/platform.ts";
import { PostgresCluster } from "../components/postgres/cluster.ts";
import { balancerJob, loadBalancers } from "./balancers.ts";
import { entrancesOf, passedThrough, postgresUrls, toldToAll, toldToCallers } from "./entrances.ts";
import { foundation } from "./foundation.ts";
import { postgresServer } from "./postgres-server.ts";
import { whenSettled } from "./settled.ts";
import type { SynapseDBArgs, SynapseDBEndpoints } from "./synapsedb-args.ts";

/** Name of the exporter that watches the member with this number. */
export const postgresExporterAlias = (number: number) => `postgres-exporter${number}`;

/** PostgreSQL whose nodes all take writes: the nodes, a manager for each, consensus, a balancer and monitoring. */
export class SynapseDB extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:systems:SynapseDB";
  /** Known only when the cluster is ready. */
  readonly endpoints: pulumi.Output<SynapseDBEndpoints>;
  /** Secret. */
  readonly credentials: pulumi.Output<object>;
  /** What clients verify every server with, in PEM. */
  readonly caCertificate: pulumi.Output<string>;

  constructor(name: string, args: SynapseDBArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      SynapseDB.__pulumiType,
      name,
      { members: args.members.map((member) => member.name) },
      options,
    );
    const { platform, members, postgres, ports } = args;
    const front = platform.hosts[0]!;
    const entrances = entrancesOf(platform.hosts, args);
    const child = { parent: this };
    const { authority, passwords, statistics, administrator, credentials } = foundation(
      name,
      ["application", "manager"],
      this,
      args,
    );
    const etcd = new EtcdCluster("etcd", { platform, authority, members: args.etcd }, child);
    const database = new PostgresCluster(
      "postgres",
      {
        platform,
        authority,
        members,
        replication: "multi-master",
        database: postgres.database,
        user: postgres.user,
        password: passwords.application,
        cpus: postgres.cpus,
        server: postgresServer(postgres),
        clientCidrs: args.clientCidrs ?? [],
        clients: {
          managers: [...members.map((member) => managerAlias(member.number)), "manager-init"],
          exporters: members.map((member) => postgresExporterAlias(member.number)),
          balancers: entrances.map((entrance) => entrance.name),
        },
        passedThrough: passedThrough(entrances),
      },
      child,
    );
    const cluster = (serves: string | null): ManagerConfArgs => ({
      cluster: name,
      serves,
      members: members.map((member, index) => ({
        name: member.name,
        number: member.number,
        ...(args.etcd[index] && { etcd: args.etcd[index].name }),
      })),
      etcd: args.etcd.map((member) => ({ name: member.name })),
      database: postgres.database,
      balancer: { host: entrances[0].name, readPort: READ_PORT, writePort: WRITE_PORT },
    });
    const managers: ClusterManager[] = [];
    for (const member of members) {
      managers.push(
        new ClusterManager(
          managerAlias(member.number),
          {
            platform,
            authority,
            host: member.host,
            port: member.managerPort,
            number: member.number,
            cluster: cluster(member.name),
            token: passwords.manager,
            after: managers.slice(-1).map((manager) => manager.workload),
            set: "managers",
            peers: members
              .filter((peer) => peer !== member)
              .map((peer) => managerAlias(peer.number)),
          },
          child,
        ),
      );
    }
    const balancers = loadBalancers(
      entrances,
      {
        platform,
        authority,
        services: [
          admittedService({
            members: members.map((member) => member.name),
            database: postgres.database,
            published: ports,
            domain: platform.domain,
          }),
        ],
        statistics: { ...statistics, port: ports.statistics },
      },
      child,
    );
    const monitoring = new MonitoringStack(
      "monitoring",
      {
        platform,
        authority,
        host: front,
        ports,
        cluster: name,
        calls: toldToCallers(entrances),
        exporters: members.map(({ name: member, number, host }) =>
          postgresExporter({
            alias: postgresExporterAlias(number),
            member,
            host,
            database: postgres.database,
          }),
        ),
        jobs: [
          {
            name: "manager",
            targets: members.map(({ name: member, number }) => ({
              host: managerAlias(number),
              member,
              port: MANAGER_PORT,
            })),
            access: "manager-token",
          },
          etcdJob(platform, args.etcd),
          balancerJob(entrances),
        ],
        rules: { etcdMembers: args.etcd.length },
        managerToken: passwords.manager,
        statistics,
        grafana: administrator,
      },
      child,
    );
    const workloads: Workload[] = [
      ...etcd.workloads,
      ...database.nodes.map((node) => node.workload),
      ...managers.map((manager) => manager.workload),
      ...balancers.map(({ workload }) => workload),
    ];
    const ready = new ClusterInitialiser(
      "init",
      {
        platform,
        authority,
        host: front,
        cluster: cluster(null),
        token: passwords.manager,
        calls: toldToCallers([entrances[0]]),
        // Started, not settled: the balancer is ready only when the initialiser has let the members in.
        dependsOn: workloads.map((workload) => workload.started),
      },
      child,
    );
    const balanced = (port: number) =>
      postgresUrls(platform, entrances, { port, database: postgres.database });
    const [read, write] = [balanced(ports.read), balanced(ports.write)];
    // The initialiser asks the first.
    const others = balancers.slice(1).map(({ workload }) => workload);
    const entered = others.length > 0 ? [platform.whenReady("entrances-ready", others, this)] : [];
    const settled = [ready.workload, ...workloads, ...monitoring.workloads];
    const endpoints = {
      read: read.first,
      write: write.first,
      ...(entrances.length > 1 && { readAll: read.all, writeAll: write.all }),
      nodes: database.nodes.map((node) => node.url),
      managers: managers.map((manager) => manager.url),
      statistics: balancers[0].statisticsUrl,
      ...(monitoring.prometheusUrl && { prometheus: monitoring.prometheusUrl }),
      ...(monitoring.grafanaUrl && { grafana: monitoring.grafanaUrl }),
    };
    this.endpoints = whenSettled(settled, endpoints, entered);
    this.credentials = pulumi.secret({
      postgres: {
        user: postgres.user,
        password: passwords.application,
        database: postgres.database,
      },
      managerToken: passwords.manager,
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
export function placement(
  hosts: readonly { readonly name: string }[],
  args: Pick<SynapseDBArgs, "members" | "etcd" | "balancers">,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...args.etcd.map(({ name, host }) => [name, host]),
    ...args.members.flatMap(({ name, number, host }) => [
      [name, host],
      [managerAlias(number), host],
      [postgresExporterAlias(number), host],
    ]),
    ...toldToAll(hosts, args).map(({ name, host }) => [name, host]),
    ...["prometheus", "grafana", "init"].map((alias) => [alias, hosts[0]!.name]),
  ]);
}
