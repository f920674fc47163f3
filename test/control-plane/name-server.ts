import type { OnCluster } from "../kubernetes/stack.ts";

/** Names are known while it happens, as where a name server is on a node that is well: the lab has one, on its only node. */
export async function withNameServer(
  cluster: OnCluster,
  happens: () => Promise<unknown>,
): Promise<void> {
  const kubectl = (...words: string[]) => cluster.kubectl("--namespace", "kube-system", ...words);
  const publish = (publishNotReadyAddresses: boolean) =>
    kubectl(
      ...["patch", "service", "kube-dns", "--patch"],
      JSON.stringify({ spec: { publishNotReadyAddresses } }),
    );
  await publish(true);
  try {
    await happens();
    const pods = ["pod", "--selector", "k8s-app=kube-dns"];
    await kubectl("wait", "--for=condition=Ready", ...pods, "--timeout=180s");
  } finally {
    await publish(false);
  }
}
