/** Parts of a stack on a Kubernetes cluster, by kubectl. */
import { namespaceOf } from "../../components/platform/kubernetes/access.ts";
import { silence } from "../../components/platform/kubernetes/kubectl.ts";
import { selectorOf, selectorText } from "../../components/platform/kubernetes/objects.ts";
import type { Settings } from "../../settings/settings.ts";
import { lastWords, type Exec } from "./container.ts";
import { Failure } from "./failure.ts";
import { run, type Ended } from "./process.ts";

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

type Kubectl = (words: readonly string[]) => Promise<Ended>;

/** Of parts that cannot be asked nothing is known: where the cluster does not answer, that is thrown and they are not called absent. */
export function onCluster(
  { name, kubernetes }: Pick<Settings, "name" | "kubernetes">,
  by: Kubectl = (words) => run("kubectl", words),
) {
  const context = kubernetes.context!;
  const namespace = namespaceOf({ prefix: name, namespace: kubernetes.namespace });
  const kubectl = (...words: readonly string[]): Promise<Ended> =>
    by(["--context", context, "--namespace", namespace, ...words]);
  // In one request: otherwise a server that takes connections and says nothing is asked five times first what it has.
  const pods = async (alias: string): Promise<readonly Pod[]> => {
    const selector = new URLSearchParams({ labelSelector: selectorText(selectorOf(name, alias)) });
    const path = `/api/v1/namespaces/${namespace}/pods?${selector}`;
    const said = await kubectl("get", "--raw", path, "--request-timeout=10s");
    if (said.code !== 0) throw new Failure(silence(context, lastWords(said)));
    return (JSON.parse(said.stdout) as { items: Pod[] }).items;
  };
  const exec: Exec = async (alias, argv, companion = "main") => {
    const living = (await pods(alias)).find(({ metadata }) => !metadata.deletionTimestamp);
    return living
      ? kubectl("exec", living.metadata.name, "--container", companion, "--", ...argv)
      : { code: 1, stdout: "", stderr: `no pod of ${alias} is there` };
  };
  return {
    exec,
    /** In the words that Docker has for it. */
    health: async (alias: string): Promise<string> => {
      const all = await pods(alias);
      if (all.length === 0) return "absent";
      return all.some(isReady) ? "healthy" : "unhealthy";
    },
  };
}

const isReady = ({ status: { conditions = [] } }: Pod): boolean =>
  conditions.some(({ type, status }) => type === "Ready" && status === "True");
