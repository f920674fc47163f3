/** Who may speak to whom on a cluster: nobody, but for what these say. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import type { WorkloadSpec } from "../platform.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { publishedPorts } from "./objects.ts";

type PolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;
type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** The names of the rules that a namespace begins with. */
export const defaultDeny: PolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** Parts call each other, and look up names. By port alone: where the name server is differs from cluster to cluster. */
export function amongParts(deployment: Record<string, string>): PolicySpec {
  return {
    podSelector: { matchLabels: deployment },
    policyTypes: ["Egress"],
    egress: [
      { to: [{ podSelector: { matchLabels: deployment } }] },
      { ports: [port(53, "UDP"), port(53, "TCP")] },
    ],
  };
}

/** What a workload listens on is for the other parts, what it publishes also for clients. */
export function admitted(
  spec: WorkloadSpec,
  selector: Record<string, string>,
  deployment: Record<string, string>,
  clients: Pick<KubernetesPlatformArgs, "clientNamespaces" | "clientCidrs">,
): PolicySpec {
  const parts = [{ podSelector: { matchLabels: deployment } }];
  const outside = [
    ...(clients.clientNamespaces ?? []).map(podsOf),
    ...(clients.clientCidrs ?? []).map((cidr) => ({ ipBlock: { cidr } })),
  ];
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress"],
    ingress: [...way(parts, spec.ports), ...way(outside, publishedPorts(spec))],
  };
}

/** Somebody else's pods, at some of the ports of a workload. */
export const admittedFrom = (
  selector: Record<string, string>,
  from: Peer,
  ports: readonly number[],
): PolicySpec => ({
  podSelector: { matchLabels: selector },
  policyTypes: ["Ingress"],
  ingress: way(
    [from],
    ports.map((internal) => ({ internal })),
  ),
});

/** Those of a namespace. */
export const podsOf = (namespace: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
});

/** None where one of the two is: to Kubernetes an empty list is everybody, or every port. */
function way<Peer>(from: readonly Peer[], ports: readonly { readonly internal: number }[]) {
  if (from.length === 0 || ports.length === 0) return [];
  return [{ from: [...from], ports: ports.map(({ internal }) => port(internal)) }];
}

const port = (number: number, protocol = "TCP") => ({ port: number, protocol });
