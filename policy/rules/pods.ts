import type { ResourceValidationArgs } from "@pulumi/policy";

/** What the rules look at in whatever runs pods. */
export interface PodContainer {
  readonly name?: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly runAsUser?: number };
  readonly containers?: readonly PodContainer[];
  readonly initContainers?: readonly PodContainer[];
  readonly volumes?: readonly {
    readonly name?: string;
    readonly hostPath?: { readonly path?: string };
  }[];
}

interface Template {
  readonly spec?: PodSpec;
}

/** The pod is what these have in their specification. */
const templated = [
  "apps/v1:StatefulSet",
  "apps/v1:Deployment",
  "apps/v1:DaemonSet",
  "batch/v1:Job",
];

/** The pod that a resource runs, or a word that the rule has nothing to say. */
export function podOf(args: ResourceValidationArgs): PodSpec {
  const kind = args.type.replace(/^kubernetes:/, "");
  const { spec = {} } = args.props as { spec?: unknown };
  if (kind === "core/v1:Pod") return spec as PodSpec;
  const { template, jobTemplate } = spec as {
    template?: Template;
    jobTemplate?: { spec?: { template?: Template } };
  };
  if (templated.includes(kind)) return template?.spec ?? {};
  if (kind === "batch/v1:CronJob") return jobTemplate?.spec?.template?.spec ?? {};
  return args.notApplicable("not a pod");
}

export const containersOf = ({ containers = [], initContainers = [] }: PodSpec) => [
  ...initContainers,
  ...containers,
];
