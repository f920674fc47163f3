/** How clients reach a workload on a cluster. Pure. */
import { isIP } from "node:net";
import type { KubernetesPlatformArgs } from "./args.ts";

/** Pods are in one of these wherever nobody has seen to it that they are not. */
export const PRIVATE_NETWORKS: readonly string[] = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"],
];

type Access = Pick<KubernetesPlatformArgs, "prefix" | "namespace" | "service" | "clusterDomain">;

export const namespaceOf = ({ prefix, namespace }: Access): string => namespace ?? prefix;

export const claimName = (alias: string, role: string): string => `${alias}-${role}`;

/** Domain of the names of all Services of the deployment. */
export const domainOf = ({ clusterDomain = "cluster.local", ...args }: Access): string =>
  `${namespaceOf(args)}.svc.${clusterDomain}`;

/** The workload's own name leads to its pod, at the ports that it listens on. */
export const clientServiceName = (alias: string): string => `${alias}-clients`;

export function endpointOf(args: Access, alias: string, published: number): string {
  const own = `${clientServiceName(alias)}.${namespaceOf(args)}.svc`;
  return `${args.service?.address ?? own}:${published}`;
}

/** With `localhost`, for those who come by `kubectl port-forward`. */
export function advertisedFor(args: Access, alias: string) {
  const { address } = args.service ?? {};
  const service = clientServiceName(alias);
  const within = `${service}.${namespaceOf(args)}`;
  const isAddress = address !== undefined && isIP(address) !== 0;
  return {
    dnsNames: [
      ...["localhost", service, within, `${within}.svc`, `${service}.${domainOf(args)}`],
      ...(address !== undefined && !isAddress ? [address] : []),
    ],
    ipAddresses: ["127.0.0.1", ...(isAddress ? [address] : [])],
  };
}
