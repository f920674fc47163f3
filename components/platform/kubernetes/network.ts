/** Who may speak to whom on a cluster: nobody, but for what these say. Pure. */
import type * as k8s from "@pulumi/kubernetes";
import type { WorkloadSpec } from "../platform.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { publishedPorts } from "./objects.ts";

type PolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;

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
    ...(clients.clientNamespaces ?? []).map((name) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    })),
    ...(clients.clientCidrs ?? []).map((cidr) => ({ ipBlock: { cidr } })),
  ];
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress"],
    ingress: [...way(parts, spec.ports), ...way(outside, publishedPorts(spec))],
  };
}

/** None where one of the two is: to Kubernetes an empty list is everybody, or every port. */
function way<Peer>(from: readonly Peer[], ports: readonly { readonly internal: number }[]) {
  if (from.length === 0 || ports.length === 0) return [];
  return [{ from: [...from], ports: ports.map(({ internal }) => port(internal)) }];
}

const port = (number: number, protocol = "TCP") => ({ port: number, protocol });
