import { toldIn, type Ask } from "./kubectl.ts";

/** A namespace of somebody else's that is not there. Nothing where one may not look. */
export async function namespaceAbsent(
  ask: Ask,
  of: { readonly key: string; readonly namespace: string | undefined; readonly allowed: string },
): Promise<string[]> {
  if (of.namespace === undefined) return [];
  const found = toldIn(await ask("get", "namespace", of.namespace, "--ignore-not-found"));
  if (found === undefined || found.trim() !== "") return [];
  return [
    `synfleet:kubernetes.${of.key}: got "${of.namespace}", which is not there; allowed: ${of.allowed}.`,
  ];
}
