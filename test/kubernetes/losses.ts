/** How a pod is lost on a cluster, each made good by the cluster itself. */
import type { Loss } from "../acceptance/checks/synaxic/operations.ts";
import type { Site } from "../acceptance/checks/synaxic/site.ts";
import type { OnCluster } from "./stack.ts";

export function losses(cluster: () => OnCluster, site: () => Site): Loss[] {
  const remove =
    (...words: string[]) =>
    (alias: string) =>
      cluster().kubectl("delete", "pod", `${alias}-0`, "--wait=false", ...words);
  // All but the first of the container, which ends with them.
  const kill = (alias: string) => site().containers.exec(alias, "sh", "-c", "kill -KILL -1");
  const mends = (alias: string) => cluster().ready(alias);
  return [
    { how: "deleted", happens: remove(), mends },
    { how: "deleted by force", happens: remove("--force", "--grace-period=0"), mends },
    { how: "killed", happens: kill, mends },
  ];
}
