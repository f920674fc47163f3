/** What is known of kinds without asking a server. */
import type { PropertyMap } from "../../provider.ts";
import { apiVersionOf, kindOf } from "./objects.ts";

export interface Kind {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** "kubernetes:apps/v1:Deployment" → its kind. The core group is called "core" in tokens. */
export function kindOfToken(token: string): Kind {
  const [pkg = "", module = "", kind = ""] = token.split(":");
  const [group = "", version, ...more] = module.split("/");
  if (pkg !== "kubernetes" || !version || more.length > 0 || !kind)
    throw new Error(
      `resource type ${token} is not supported by the offline engine; allowed: kubernetes:GROUP/VERSION:KIND; ` +
        "use the Pulumi CLI for others",
    );
  return { group: group === "core" ? "" : group, version, kind };
}

export function kindOfObject(object: PropertyMap): Kind {
  const [first = "", second] = apiVersionOf(object).split("/");
  const group = second === undefined || first === "core" ? "" : first;
  return { group, version: second ?? first, kind: kindOf(object) };
}

export const groupVersion = ({ group, version }: Kind): string =>
  group === "" ? version : `${group}/${version}`;

/** As Pulumi prints a kind in its messages. */
export const printed = (kind: Kind): string => `${groupVersion(kind)}, Kind=${kind.kind}`;

/** The API groups that Kubernetes itself brings. Kinds of other groups are custom. */
const builtInGroups = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "auditregistration.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "settings.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

export const isBuiltIn = (kind: Kind): boolean => builtInGroups.has(kind.group);

const namespacedKinds = new Set(
  (
    "Binding ConfigMap ControllerRevision CronJob CSIStorageCapacity DaemonSet Deployment Endpoints EndpointSlice Event " +
    "HorizontalPodAutoscaler Ingress Job Lease LimitRange NetworkPolicy PersistentVolumeClaim Pod PodDisruptionBudget " +
    "PodTemplate ReplicaSet ReplicationController ResourceQuota Role RoleBinding Secret Service ServiceAccount StatefulSet"
  ).split(" "),
);
const clusterKinds = new Set(
  (
    "APIService CertificateSigningRequest ClusterRole ClusterRoleBinding CSIDriver CSINode CustomResourceDefinition " +
    "FlowSchema IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume PodSecurityPolicy PriorityClass " +
    "PriorityLevelConfiguration RuntimeClass StorageClass ValidatingWebhookConfiguration VolumeAttachment"
  ).split(" "),
);

/** Whether objects of a kind live in namespaces; undefined when only the server knows. */
export function isNamespaced(kind: Kind): boolean | undefined {
  if (!isBuiltIn(kind)) return undefined;
  const base = kind.kind.replace(/(Patch|List)$/, "");
  if (namespacedKinds.has(base)) return true;
  return clusterKinds.has(base) ? false : undefined;
}

/** "…List" kinds are for manifests: nothing is made of them. Of custom kinds the name alone tells nothing. */
export const isList = (kind: Kind): boolean =>
  isBuiltIn(kind) &&
  kind.kind.endsWith("List") &&
  isNamespaced({ ...kind, kind: kind.kind.slice(0, -4) }) !== undefined;

/** "kubernetes:core/v1:ConfigMapPatch" manages some fields of an object that another owns. */
export const isPatch = (token: string, kind: string): boolean =>
  kind !== "" && token.split(":")[2] === `${kind}Patch`;

export const isSecret = ({ group, kind }: Kind): boolean => group === "" && kind === "Secret";
export const isConfigMap = ({ group, kind }: Kind): boolean => group === "" && kind === "ConfigMap";
export const isDefinition = (object: PropertyMap): boolean =>
  kindOf(object) === "CustomResourceDefinition" &&
  apiVersionOf(object).startsWith("apiextensions.k8s.io/");
