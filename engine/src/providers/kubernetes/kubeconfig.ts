/** Reads kubeconfigs as kubectl does: which cluster, which user, which namespace. */
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import type { PropertyMap } from "../../provider.ts";
import { isMap, listAt, mapAt, textAt } from "./objects.ts";

export interface Kubeconfig {
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, PropertyMap>;
  readonly clusters: ReadonlyMap<string, PropertyMap>;
  readonly users: ReadonlyMap<string, PropertyMap>;
}

export interface Chosen {
  readonly cluster: PropertyMap;
  readonly user: PropertyMap;
  readonly namespace: string;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** From a path or the content itself; without either from $KUBECONFIG, ~/.kube/config, or the pod it runs in. */
export function loadKubeconfig(given: string | undefined, env: NodeJS.ProcessEnv): Kubeconfig {
  if (given !== undefined) return parseKubeconfig(...contentOf(given));
  const files = env["KUBECONFIG"]?.split(delimiter).filter(Boolean) ?? [
    join(homedir(), ".kube", "config"),
  ];
  const found = files.filter(isFile);
  if (found.length > 0)
    return found
      .map((file) => parseKubeconfig(readFileSync(file, "utf8"), dirname(file)))
      .reduce(merge);
  if (env["KUBERNETES_SERVICE_HOST"]) return inCluster(env);
  throw new Error(
    `no kubeconfig: looked for ${files.join(", ")}; set KUBECONFIG or the provider's "kubeconfig"`,
  );
}

function contentOf(given: string): [content: string, folder: string] {
  const path = given === "~" || given.startsWith("~/") ? join(homedir(), given.slice(1)) : given;
  return isFile(path)
    ? [readFileSync(path, "utf8"), dirname(resolve(path))]
    : [given, process.cwd()];
}

function isFile(path: string): boolean {
  if (path.includes("\n")) return false;
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function parseKubeconfig(content: string, folder: string): Kubeconfig {
  let file: unknown;
  try {
    file = parse(content);
  } catch (error) {
    throw new Error(`kubeconfig: not YAML: ${(error as Error).message.split("\n")[0]}`, {
      cause: error,
    });
  }
  if (!isMap(file as PropertyMap))
    throw new Error(
      `kubeconfig: ${/^\S+$/.test(content) ? `no file ${content}` : "not a kubeconfig"}; allowed: a path or the content of one`,
    );
  const map = file as PropertyMap;
  return {
    currentContext: textAt(map, "current-context"),
    contexts: named(map, "contexts", "context", folder),
    clusters: named(map, "clusters", "cluster", folder),
    users: named(map, "users", "user", folder),
  };
}

const pathKeys = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Paths in a kubeconfig are meant from its own folder. */
const named = (
  file: PropertyMap,
  list: string,
  key: string,
  folder: string,
): Map<string, PropertyMap> =>
  new Map(
    listAt(file, list).map((item) => {
      const entry = { ...mapAt(item, key) };
      for (const path of pathKeys)
        if (textAt(entry, path)) entry[path] = resolve(folder, textAt(entry, path));
      return [textAt(item, "name"), entry];
    }),
  );

/** The first file that names something wins. */
const merge = (a: Kubeconfig, b: Kubeconfig): Kubeconfig => ({
  currentContext: a.currentContext || b.currentContext,
  contexts: new Map([...b.contexts, ...a.contexts]),
  clusters: new Map([...b.clusters, ...a.clusters]),
  users: new Map([...b.users, ...a.users]),
});

function inCluster(env: NodeJS.ProcessEnv): Kubeconfig {
  const server = `https://${env["KUBERNETES_SERVICE_HOST"]}:${env["KUBERNETES_SERVICE_PORT"] ?? 443}`;
  const namespace = readFileSync(join(SERVICE_ACCOUNT, "namespace"), "utf8").trim();
  const one = (value: PropertyMap) => new Map([["pod", value]]);
  return {
    currentContext: "pod",
    contexts: one({ cluster: "pod", user: "pod", namespace }),
    clusters: one({ server, "certificate-authority": join(SERVICE_ACCOUNT, "ca.crt") }),
    users: one({ tokenFile: join(SERVICE_ACCOUNT, "token") }),
  };
}

export interface Overrides {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
}

export function choose(config: Kubeconfig, overrides: Overrides): Chosen {
  const name = overrides.context ?? config.currentContext;
  const context = config.contexts.get(name);
  if (!context && (overrides.context !== undefined || config.currentContext !== ""))
    throw new Error(
      `kubeconfig: no context ${JSON.stringify(name)}; there are: ${list(config.contexts)}`,
    );
  const clusterName = overrides.cluster ?? textAt(context, "cluster");
  const cluster = config.clusters.get(clusterName);
  if (!cluster || !textAt(cluster, "server"))
    throw new Error(
      `kubeconfig: no cluster ${JSON.stringify(clusterName)} with a server; there are: ${list(config.clusters)}`,
    );
  return {
    cluster,
    user: config.users.get(textAt(context, "user")) ?? {},
    namespace: overrides.namespace ?? (textAt(context, "namespace") || "default"),
  };
}

const list = (map: ReadonlyMap<string, unknown>): string => [...map.keys()].join(", ") || "none";

/** The cluster that a provider's configuration points to, for comparing; undefined when it does not say. */
export function activeCluster(
  given: string | undefined,
  overrides: Overrides,
): PropertyMap | undefined {
  if (given === undefined) return undefined;
  const config = parseKubeconfig(...contentOf(given));
  const context = config.contexts.get(overrides.context ?? config.currentContext);
  return context && config.clusters.get(overrides.cluster ?? textAt(context, "cluster"));
}
