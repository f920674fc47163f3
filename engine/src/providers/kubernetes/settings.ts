/** What the provider's configuration and the environment say. */
import { UNKNOWN, type PropertyMap, type PropertyValue } from "../../provider.ts";
import { isMap } from "./objects.ts";

export interface Settings {
  /** Path, or content; undefined: the usual places. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
  readonly enablePatchForce: boolean;
  readonly upsertExistingObjects: boolean;
  readonly rejectUnknownResources: boolean;
  /** A part of the configuration that says which cluster it is will only be known in the deployment. */
  readonly isUnknown: boolean;
  readonly requestSeconds: number | undefined;
}

const switches = {
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  skipUpdateUnreachable: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
  enableServerSideApply: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
} as const;

const known = new Set([
  ...Object.keys(switches),
  ...["kubeconfig", "context", "cluster", "namespace", "clusterIdentifier", "kubeClientSettings"],
  ...["helmReleaseSettings", "suppressDeprecationWarnings", "suppressHelmHookWarnings"],
  ...["rejectUnknownResources", "strictMode", "alwaysRender", "renderYamlToDirectory"],
]);

export function parseSettings(config: PropertyMap, env: NodeJS.ProcessEnv): Settings {
  for (const key of Object.keys(config))
    if (!known.has(key) && !isNote(key))
      throw new Error(
        `kubernetes provider: ${key} is not a setting; allowed: ${[...known].join(", ")}; remove it`,
      );
  const isOn = (key: keyof typeof switches, byDefault = false): boolean => {
    const given = config[key] ?? env[switches[key]];
    return given === undefined ? byDefault : String(given) === "true";
  };
  if (!isOn("enableServerSideApply", true)) throw refusal("enableServerSideApply", "true");
  if (textOf(config["renderYamlToDirectory"])) throw refusal("renderYamlToDirectory", "nothing");
  if (String(config["strictMode"]) === "true") throw refusal("strictMode", "false");
  return {
    kubeconfig: textOf(config["kubeconfig"]),
    context: textOf(config["context"]),
    cluster: textOf(config["cluster"]),
    namespace: textOf(config["namespace"]),
    deleteUnreachable: isOn("deleteUnreachable"),
    skipUpdateUnreachable: isOn("skipUpdateUnreachable"),
    enableConfigMapMutable: isOn("enableConfigMapMutable"),
    enableSecretMutable: isOn("enableSecretMutable"),
    enablePatchForce: isOn("enablePatchForce"),
    upsertExistingObjects: isOn("upsertExistingObjects"),
    rejectUnknownResources: String(config["rejectUnknownResources"]) === "true",
    isUnknown: Object.values(config).includes(UNKNOWN),
    requestSeconds: requestSeconds(config["kubeClientSettings"], env),
  };
}

const isNote = (key: string): boolean => key.startsWith("__") || key === "pluginDownloadURL";

const refusal = (key: string, allowed: string): Error =>
  new Error(
    `kubernetes provider: this value of ${key} is not supported by the offline engine; allowed: ${allowed}; ` +
      "remove it or use the Pulumi CLI",
  );

/** A kubeconfig that is JSON arrives parsed. */
function textOf(value: PropertyValue | undefined): string | undefined {
  if (isMap(value)) return JSON.stringify(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function requestSeconds(
  settings: PropertyValue | undefined,
  env: NodeJS.ProcessEnv,
): number | undefined {
  const given = isMap(settings) ? settings["timeout"] : undefined;
  const seconds = Number(given ?? env["PULUMI_K8S_CLIENT_TIMEOUT"] ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
