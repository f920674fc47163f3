import * as pulumi from "@pulumi/pulumi";
import { App } from "../components/app/app.ts";
import { patroniService } from "../components/balancer/services/patroni.ts";
import { redisService } from "../components/balancer/services/redis.ts";
import { EtcdCluster } from "../components/etcd/cluster.ts";
import { MonitoringStack } from "../components/monitoring/stack.ts";
import type { Workload } from "../components/platform/platform.ts";
import { PostgresCluster } from "../components/postgres/cluster.ts";
import { HttpProxy } from "../components/proxy/proxy.ts";
import { RedisPair } from "../components/redis/pair.ts";
import { aliases, DATABASE } from "./aliases.ts";
import { loadBalancers } from "./balancers.ts";
import { entrancesOf, passedThrough, postgresUrls, proxyOf } from "./entrances.ts";
import { foundation } from "./foundation.ts";
import { postgresServer } from "./postgres-server.ts";
import { whenSettled } from "./settled.ts";
import { synaxicProgram } from "./synaxic-app.ts";
import type { SynaxicArgs, SynaxicEndpoints } from "./synaxic-args.ts";
import { synaxicWatch } from "./synaxic-watch.ts";

const REDIS_USER = "application";

/** PostgreSQL and Redis with replicas that replace a dead primary, an app beside each of them, and Nginx in front. */
export class Synaxic extends pulumi.ComponentResource {
  static readonly __pulumiType = "synfleet:systems:Synaxic";
  /** Known only when everything is ready. */
  readonly endpoints: pulumi.Output<SynaxicEndpoints>;
  /** Secret. */
  readonly credentials: pulumi.Output<object>;
  /** What clients verify every server with, in PEM. */
  readonly caCertificate: pulumi.Output<string>;

  constructor(name: string, args: SynaxicArgs, options?: pulumi.ComponentResourceOptions) {
    const names = args.members.map((member) => member.name);
    super(Synaxic.__pulumiType, name, { members: names }, options);
    const { platform, members, postgres, redis, ports } = args;
    if (members.length === 2) {
      void pulumi.log.warn(
        "two members cannot know which of them is gone: a lost PostgreSQL primary is replaced by hand alone (synfleet promote), and what it had not sent is lost. Three fail over by themselves.",
        this,
      );
    }
    const front = platform.hosts[0]!;
    const entrances = entrancesOf(platform.hosts, args);
    const child = { parent: this };
    const { authority, passwords, statistics, administrator, credentials } = foundation(
      name,
      [
        ...(["application", "redis-application", "redis-replica", "redis-sentinel"] as const),
        ...(["redis-monitor", "redis-check"] as const),
      ],
      this,
      args,
    );
    const parts = { platform, authority };
    const etcd = new EtcdCluster("etcd", { ...parts, members: args.etcd }, child);
    const database = new PostgresCluster(
      DATABASE,
      {
        ...parts,
        members: members.map(({ name: member, host, postgresPort }) => ({
          name: aliases.postgres(member),
          host,
          port: postgresPort,
        })),
        replication: "streaming",
        etcd: args.etcd.map((member) => member.name),
        profile: postgres.failover,
        ...(postgres.candidates && { candidates: postgres.candidates.map(aliases.postgres) }),
        database: postgres.database,
        user: postgres.user,
        password: passwords.application,
        cpus: postgres.cpus,
        server: postgresServer(postgres),
        clientCidrs: args.clientCidrs ?? [],
        clients: { exporters: names.map(aliases.postgresExporter) },
        passedThrough: passedThrough(entrances),
      },
      child,
    );
    const minReplicasToWrite = members.length >= 3 ? 1 : 0;
    const cache = new RedisPair(
      "redis",
      {
        ...parts,
        members: members.map(({ name: member, host, redisPort }) => ({
          name: aliases.redis(member),
          host,
          port: redisPort,
        })),
        sentinels: args.sentinels,
        passwords: {
          application: passwords["redis-application"],
          replica: passwords["redis-replica"],
          sentinel: passwords["redis-sentinel"],
          monitor: passwords["redis-monitor"],
          check: passwords["redis-check"],
        },
        server: {
          memoryMiB: redis.memoryMiB,
          maxMemoryPolicy: redis.maxMemoryPolicy,
          fsync: redis.fsync,
          minReplicasToWrite,
        },
        cpus: redis.cpus,
        passedThrough: passedThrough(entrances),
      },
      child,
    );
    const balancers = loadBalancers(
      entrances,
      {
        ...parts,
        services: [
          patroniService({
            members: names.map(aliases.postgres),
            profile: postgres.failover,
            published: ports,
            domain: platform.domain,
          }),
          redisService({
            members: names.map(aliases.redis),
            password: passwords["redis-check"],
            minReplicasToWrite,
            published: { write: ports.redis },
            domain: platform.domain,
          }),
        ],
        statistics: { ...statistics, port: ports.statistics },
      },
      child,
    );
    const stored: Workload[] = [
      ...etcd.workloads,
      ...[...database.nodes, ...database.fences].map(({ workload }) => workload),
      ...cache.workloads,
      ...balancers.map(({ workload }) => workload),
    ];
    const ready = platform.whenReady("stores-ready", stored, this);
    const app = new App(
      "app",
      {
        ...parts,
        members: members.map(({ name: member, host }, index) => ({
          name: aliases.app(member),
          host,
          mode: index > 0 && args.app.replicas === "read" ? "read" : "write",
        })),
        program: synaxicProgram(
          args.app,
          {
            database: {
              name: postgres.database,
              user: postgres.user,
              password: passwords.application,
            },
            cache: { user: REDIS_USER, password: passwords["redis-application"] },
            authorityPem: authority.certificatePem,
          },
          entrances,
          members.map((member) => member.host),
        ),
        limits: { memoryMiB: args.app.memoryMiB, cpus: args.app.cpus },
        dependsOn: [ready],
      },
      child,
    );
    const proxies: HttpProxy[] = [];
    for (const { name: balancer, host } of entrances) {
      const before = proxies.slice(-1).map(({ workload }) => workload);
      proxies.push(
        new HttpProxy(
          proxyOf(balancer),
          {
            ...{ ...parts, host, app, main: aliases.app(names[0]!), ports },
            // One by one, so that browsers have another while one changes.
            dependsOn: [...app.workloads, ...before].map(({ settled }) => settled),
          },
          child,
        ),
      );
    }
    const monitoring = new MonitoringStack(
      "monitoring",
      {
        ...parts,
        host: front,
        ports,
        cluster: name,
        ...synaxicWatch(args, entrances, app, passwords["redis-monitor"]),
        statistics,
        grafana: administrator,
      },
      child,
    );
    const urls = (port: number) =>
      postgresUrls(platform, entrances, { port, database: postgres.database });
    const [read, write] = [urls(ports.read), urls(ports.write)];
    const redisUrls = entrances.map(
      ({ name, host }) => `rediss://${platform.endpoint(host, ports.redis, name)}`,
    );
    this.endpoints = whenSettled(
      [
        ...[...stored, ...app.workloads, ...monitoring.workloads],
        ...proxies.map(({ workload }) => workload),
      ],
      {
        app: proxies[0]!.url,
        read: read.first,
        write: write.first,
        redis: redisUrls[0]!,
        ...(entrances.length > 1 && {
          appAll: proxies.map(({ url }) => url),
          readAll: read.all,
          writeAll: write.all,
          redisAll: redisUrls,
        }),
        statistics: balancers[0].statisticsUrl,
        ...(monitoring.prometheusUrl && { prometheus: monitoring.prometheusUrl }),
        ...(monitoring.grafanaUrl && { grafana: monitoring.grafanaUrl }),
      },
    );
    this.credentials = pulumi.secret({
      postgres: {
        user: postgres.user,
        password: passwords.application,
        database: postgres.database,
      },
      redis: { user: REDIS_USER, password: passwords["redis-application"] },
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
