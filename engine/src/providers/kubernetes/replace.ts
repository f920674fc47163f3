/** The fields that no update can change: a difference there makes another object. */
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import { isConfigMap, isPatch, isSecret, kindOfObject } from "./kinds.ts";
import { isMap } from "./objects.ts";

export interface Mutability {
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
}

const identity = [".metadata.name", ".metadata.namespace"];
const under = (prefix: string, names: string): string[] =>
  names.split(/\s+/).map((name) => `${prefix}.${name}`);
const selector = [".spec.selector"];
const containerFields = `args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin
  stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`;

const core: Record<string, readonly string[]> = {
  PersistentVolume: under(
    ".spec",
    `awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath
    iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume`,
  ),
  PersistentVolumeClaim: under(".spec", "accessModes selector storageClassName volumeName"),
  Pod: [
    ...under(
      ".spec",
      `affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID
      hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates
      restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace
      subdomain terminationGracePeriodSeconds volumes`,
    ),
    ...under(".spec.containers[*]", containerFields),
    ...under(".spec.initContainers[*]", containerFields),
  ],
  ResourceQuota: [".spec.scopes"],
  Service: [".spec.clusterIP"],
};
const statefulSet = under(
  ".spec",
  "podManagementPolicy revisionHistoryLimit selector serviceName volumeClaimTemplates",
);
const apps = { DaemonSet: selector, Deployment: selector, StatefulSet: statefulSet };
const roleBindings = { ClusterRoleBinding: [".roleRef"], RoleBinding: [".roleRef"] };
const job = { Job: under(".spec", "completions parallelism selector template") };

const table: Record<string, Record<string, readonly string[]>> = {
  "/v1": core,
  "apps/v1beta1": { StatefulSet: statefulSet },
  "apps/v1beta2": apps,
  "apps/v1": apps,
  "policy/v1beta1": { PodDisruptionBudget: [".spec"] },
  "rbac.authorization.k8s.io/v1alpha1": roleBindings,
  "rbac.authorization.k8s.io/v1beta1": roleBindings,
  "rbac.authorization.k8s.io/v1": roleBindings,
  "storage.k8s.io/v1": { StorageClass: [".parameters", ".provisioner"] },
  "batch/v1beta1": job,
  "batch/v1": job,
  "batch/v2alpha1": job,
};

export function forceNewFields(token: string, object: PropertyMap, how: Mutability): string[] {
  const kind = kindOfObject(object);
  if (isPatch(token, kind.kind)) return identity;
  const isFrozen = object["immutable"] === true;
  if (isSecret(kind) && kind.version === "v1") {
    const fields =
      !how.enableSecretMutable || isFrozen ? [".type", ".stringData", ".data"] : [".type"];
    return [...identity, ...fields];
  }
  if (isConfigMap(kind) && kind.version === "v1")
    return !how.enableConfigMapMutable || isFrozen
      ? [...identity, ".binaryData", ".data"]
      : identity;
  return [...identity, ...(table[`${kind.group}/${kind.version}`]?.[kind.kind] ?? [])];
}

/** Whether a change at `path` to `value` touches one of the fields, which may lie above, at or below it. */
export function changesAny(
  path: readonly (string | number)[],
  value: PropertyValue,
  fields: readonly string[],
): boolean {
  return fields.some((field) => touches(path, value, parse(field)));
}

const parse = (field: string): string[] => field.replaceAll("[*]", ".*").split(".").slice(1);

function touches(
  path: readonly (string | number)[],
  value: PropertyValue,
  field: readonly string[],
): boolean {
  const length = Math.min(path.length, field.length);
  for (let i = 0; i < length; i++) {
    const wanted = field[i];
    if (wanted === "*" ? typeof path[i] !== "number" : path[i] !== wanted) return false;
  }
  return holds(value, field.slice(length));
}

/** Whether the value has something at the path. */
function holds(value: PropertyValue, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (key === "*") return Array.isArray(value) && value.some((item) => holds(item, rest));
  return isMap(value) && key in value && holds(value[key]!, rest);
}
