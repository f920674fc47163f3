/** Parts of a stack on a Kubernetes cluster, by kubectl. */
import { namespaceOf } from "../../components/platform/kubernetes/access.ts";
import { selectorOf } from "../../components/platform/kubernetes/objects.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Exec } from "./container.ts";
import { run, type Ended } from "./process.ts";

export function onCluster({ name, kubernetes }: Pick<Settings, "name" | "kubernetes">) {
  const namespace = namespaceOf({ prefix: name, namespace: kubernetes.namespace });
  const kubectl = (...words: readonly string[]): Promise<Ended> =>
    run("kubectl", ["--context", kubernetes.context!, "--namespace", namespace, ...words]);
  const selector = (alias: string) =>
    Object.entries(selectorOf(name, alias))
      .map(([label, value]) => `${label}=${value}`)
      .join(",");
  const pods = (alias: string, template: string) =>
    kubectl("get", "pods", "--selector", selector(alias), "--output", `go-template=${template}`);
  const exec: Exec = async (alias, argv, companion = "main") => {
    const found = await pods(alias, LIVING);
    const [pod] = found.stdout.split("\n");
    if (found.code !== 0 || pod)
      return pod ? kubectl("exec", pod, "--container", companion, "--", ...argv) : found;
    return { ...found, code: 1, stderr: `no pod of ${alias} is there` };
  };
  return {
    exec,
    /** In the words that Docker has for it. */
    health: async (alias: string): Promise<string> => {
      const { code, stdout } = await pods(alias, READINESS);
      if (code !== 0 || stdout.trim() === "") return "absent";
      return stdout.includes("True") ? "healthy" : "unhealthy";
    },
  };
}

const LIVING =
  '{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{"\\n"}}{{end}}{{end}}';
const READINESS =
  '{{range .items}}{{range .status.conditions}}{{if eq .type "Ready"}}{{.status}} {{end}}{{end}}{{end}}';
