/**
 * What two runs on a cluster have in common: steps, exit codes and state, without what the cluster makes up anew each time. The
 * printed text is left out, since controllers make progress in their own time; other cases compare it.
 */
import type { RunRecord } from "./record.ts";
import type { State, StateResource } from "./state.ts";

export type ClusterRecord = Pick<RunRecord, "run" | "exitCode" | "steps" | "changes" | "state">;

type Json = unknown;
type Properties = { readonly [key: string]: Json };

/** Made up by the cluster for each object. */
const MADE_UP = new Set([
  "clusterIP",
  "clusterIPs",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "creationTimestamp",
  "f:batch.kubernetes.io/controller-uid",
  "f:controller-uid",
  "generation",
  "resourceVersion",
  "storedVersions",
  "uid",
  "volumeName",
]);

export function clusterRecords(runs: readonly RunRecord[]): ClusterRecord[] {
  const names = new Map<string, string>();
  for (const { state } of runs)
    for (const resource of state?.resources ?? []) learn(names, resource);
  return runs.map(({ run, exitCode, steps, changes, state }) => {
    const record = { run, exitCode, steps, ...(changes ? { changes } : {}) };
    return rename(
      { ...record, ...(state ? { state: tidyState(state) } : {}) },
      names,
    ) as ClusterRecord;
  });
}

/** The digits of automatic names are drawn anew; a replacement's name is not that of what it replaces. */
function learn(names: Map<string, string>, { type, urn, outputs }: StateResource): void {
  if (!type.startsWith("kubernetes:")) return;
  const metadata = mapOf(mapOf(outputs)["metadata"]);
  const { name } = metadata;
  if (typeof name !== "string" || names.has(name)) return;
  if (mapOf(metadata["annotations"])["pulumi.com/autonamed"] !== "true") return;
  const own = urn.split("::").at(-1)!;
  const number = [...names.values()].filter((known) => known.startsWith(`<${own}#`)).length + 1;
  names.set(name, `<${own}#${number}>`);
}

const tidyState = (state: State): State => ({
  ...state,
  resources: state.resources.map((resource) =>
    resource.type.startsWith("kubernetes:")
      ? {
          ...(tidy(resource as Properties) as StateResource),
          ...("outputs" in resource ? { outputs: tidyOutputs(mapOf(resource["outputs"])) } : {}),
        }
      : resource,
  ),
});

function tidyOutputs(outputs: Properties): Properties {
  const { __fieldManager: manager, status, ...rest } = tidy(outputs) as Properties;
  return {
    ...rest,
    __fieldManager: typeof manager === "string" ? anonymous(manager) : manager,
    // How far a controller is by then is its own affair; that there is a status is not.
    ...(status === undefined
      ? {}
      : { status: Object.keys(mapOf(status)).filter((key) => key === "phase") }),
  };
}

function tidy(value: Json): Json {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !MADE_UP.has(key))
      .map(([key, inner]) => [key, key === "managedFields" ? managers(inner) : tidy(inner)]),
  );
}

/** Who owns fields by which way; controllers come and go. */
const managers = (entries: Json): string[] =>
  (Array.isArray(entries) ? entries.map(mapOf) : [])
    .map(({ manager, operation }) => `${anonymous(String(manager))} ${String(operation)}`)
    .filter((line) => line.startsWith("pulumi"))
    .sort();

const anonymous = (manager: string): string => manager.replace(/-[0-9a-f]{8}$/, "-<random>");

function rename(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") {
    let text = value;
    for (const [name, alias] of names) text = text.replaceAll(name, alias);
    return text;
  }
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, rename(inner, names)]),
  );
}

const mapOf = (value: Json): Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
