/** The library: what other Pulumi programs import from "synfleet". */
export { LoadBalancer, type LoadBalancerArgs } from "./balancer/balancer.ts";
export { Credentials, type CredentialsArgs } from "./credentials/credentials.ts";
export { EtcdCluster, type EtcdClusterArgs } from "./etcd/cluster.ts";
export { ClusterInitialiser, type ClusterInitialiserArgs } from "./manager/initialiser.ts";
export { ClusterManager, type ClusterManagerArgs } from "./manager/manager.ts";
export { MonitoringStack, type MonitoringStackArgs } from "./monitoring/stack.ts";
export { CertificateAuthority, type CertificateAuthorityArgs } from "./pki/authority.ts";
export { Certificate, type CertificateArgs } from "./pki/certificate.ts";
export type { DockerHost, DockerPlatformArgs } from "./platform/docker/args.ts";
export { DockerPlatform } from "./platform/docker/docker.ts";
export type {
  FileSpec,
  Platform,
  PortSpec,
  VolumeSpec,
  Workload,
  WorkloadOptions,
  WorkloadSpec,
} from "./platform/platform.ts";
export {
  PostgresCluster,
  type PostgresClusterArgs,
  type PostgresMember,
} from "./postgres/cluster.ts";
export { PostgresNode, type PostgresNodeArgs } from "./postgres/node.ts";
