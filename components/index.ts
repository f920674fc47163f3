/** The library: what other Pulumi programs import from "synfleet". */
export { LoadBalancer, type LoadBalancerArgs } from "./balancer/balancer.ts";
export type { BalancedService } from "./balancer/service.ts";
export { admittedService, type AdmittedServiceArgs } from "./balancer/services/admitted.ts";
export { patroniService, type PatroniServiceArgs } from "./balancer/services/patroni.ts";
export { redisService, type RedisServiceArgs } from "./balancer/services/redis.ts";
export { Credentials, type CredentialsArgs } from "./credentials/credentials.ts";
export { EtcdCluster, type EtcdClusterArgs } from "./etcd/cluster.ts";
export { ClusterInitialiser, type ClusterInitialiserArgs } from "./manager/initialiser.ts";
export { ClusterManager, type ClusterManagerArgs } from "./manager/manager.ts";
export { MonitoringStack, type MonitoringStackArgs } from "./monitoring/stack.ts";
export type { Watched, Watcher, WatcherAccess } from "./monitoring/watcher.ts";
export { CertificateAuthority, type CertificateAuthorityArgs } from "./pki/authority.ts";
export { Certificate, type CertificateArgs } from "./pki/certificate.ts";
export { trustStore } from "./pki/truststore.ts";
export { PreparedHost, type PreparedHostArgs } from "./host/host.ts";
export { SwarmMember } from "./swarm/resource.ts";
export { SWARM_PORTS, type SwarmMemberInputs } from "./swarm/wanted.ts";
export type { DockerHost, DockerPlatformArgs, HostPreparation } from "./platform/docker/args.ts";
export { DockerPlatform } from "./platform/docker/docker.ts";
export type {
  ClientService,
  Ingress,
  KubernetesPlatformArgs,
  Monitoring,
} from "./platform/kubernetes/args.ts";
export { KubernetesPlatform } from "./platform/kubernetes/kubernetes.ts";
export type { SwarmPlatformArgs } from "./platform/swarm/args.ts";
export { SwarmPlatform } from "./platform/swarm/swarm.ts";
export type {
  FileSpec,
  Led,
  Platform,
  PortSpec,
  SharedVolume,
  Site,
  VolumeSpec,
  Workload,
  WorkloadOptions,
  WorkloadSpec,
} from "./platform/platform.ts";
export {
  PostgresCluster,
  type MultiMasterArgs,
  type PostgresClusterArgs,
  type PostgresMember,
  type StreamingArgs,
  type StreamingMember,
} from "./postgres/cluster.ts";
export { PostgresNode, type PostgresNodeArgs } from "./postgres/node.ts";
export { redisUsers, type RedisPasswords, type RedisUser } from "./redis/access.ts";
export {
  REDIS_PORT,
  SENTINEL_PORT,
  type MaxMemoryPolicy,
  type RedisServerArgs,
  type SentinelArgs,
} from "./redis/conf.ts";
export { redisExporter, type RedisExporterArgs } from "./redis/exporter.ts";
export {
  RedisPair,
  type RedisMember,
  type RedisPairArgs,
  type RedisSentinel,
} from "./redis/pair.ts";
export { PATRONI_PORT } from "./postgres/streaming/conf.ts";
export { Fence, type FenceArgs } from "./postgres/fence/fence.ts";
export { StreamingNode, type StreamingNodeArgs } from "./postgres/streaming/node.ts";
export type { FailoverProfile } from "./postgres/streaming/profile.ts";

export { App, type AppArgs, type AppUpstream } from "./app/app.ts";
export type { AppMode, Endpoint } from "./app/conf.ts";
export type { AppInstance, AppProgram, AppSettings } from "./app/program.ts";
export { referenceApp, type ReferenceAppArgs } from "./app/reference.ts";
export type { AppMember } from "./app/spec.ts";
export { synaxicApi, type SynaxicApiArgs } from "./app/synaxic.ts";
export type { Affinity } from "./proxy/conf.ts";
export { HttpProxy, type HttpProxyArgs } from "./proxy/proxy.ts";
export type { ProxiedApp, SiteCertificate } from "./proxy/spec.ts";
export { synapService, type SynapServiceArgs } from "./balancer/services/synap.ts";
export { SynapCluster, type SynapClusterArgs, type SynapMember } from "./synap/cluster.ts";
export { Scope } from "./platform/scope.ts";

export { SystemdService, type SshConnection, type SystemdServiceArgs } from "./systemd/service.ts";
export type { SystemdSpec } from "./systemd/spec.ts";
export { synapUnit, type SynapUnitArgs } from "./systemd/synap.ts";
export type { UnitArgs, Word } from "./systemd/unit.ts";
