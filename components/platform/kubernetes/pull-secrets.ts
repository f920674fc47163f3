/** Whether the Secrets are there by which nodes log in at a registry. Only their type is asked for. */
import { namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import type { Kubectl } from "./kubectl.ts";

const TYPE = "kubernetes.io/dockerconfigjson";

export async function pullSecretProblems(
  args: Pick<KubernetesPlatformArgs, "prefix" | "context" | "namespace" | "imagePullSecrets">,
  kubectl: Kubectl,
): Promise<string[]> {
  const at = ["--context", args.context, "--namespace", namespaceOf(args)];
  const problems: string[] = [];
  for (const name of args.imagePullSecrets ?? []) {
    const { code, stdout } = await kubectl([
      ...at,
      ...["get", "secret", name, "--ignore-not-found", "--output", "jsonpath={.type}"],
    ]);
    // Whether one may look is told with the rights.
    if (code !== 0 || stdout === TYPE) continue;
    const got = stdout === "" ? "is not there" : `is of type ${stdout}`;
    problems.push(
      `synfleet:kubernetes.imagePullSecrets: got ${name}, which ${got}; allowed: a Secret of ${namespaceOf(args)} of type ${TYPE}. Make it: kubectl ${at.join(" ")} create secret docker-registry ${name} --docker-server … (docs/kubernetes.md has the steps, under Images).`,
    );
  }
  return problems;
}
