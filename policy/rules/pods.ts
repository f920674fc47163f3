import type { ResourceValidationArgs } from "@pulumi/policy";

interface Asked {
  readonly exec?: { readonly command?: readonly string[] };
}

/** What the rules look at in whatever runs pods. */
export interface PodContainer {
  readonly name?: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name?: string } };
  }[];
  readonly envFrom?: readonly { readonly secretRef?: { readonly name?: string } }[];
  readonly livenessProbe?: Asked;
  readonly readinessProbe?: Asked;
  readonly startupProbe?: Asked;
  readonly lifecycle?: { readonly postStart?: Asked; readonly preStop?: Asked };
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

type Texts = Readonly<Record<string, string>>;

interface Metadata {
  readonly labels?: Texts;
  readonly annotations?: Texts;
}

interface Template {
  readonly metadata?: Metadata;
  readonly spec?: PodSpec;
}

interface Props {
  readonly metadata?: Metadata;
  readonly spec?: unknown;
}

const POD = "kubernetes:core/v1:Pod";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
/** The pod is what these have in their specification. */
const templated = [
  ...["kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:Deployment"],
  ...["kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job"],
];

export const runsPods = (type: string): boolean => [POD, CRON_JOB, ...templated].includes(type);

/** What the pods of a resource are made from, or a word that the rule has nothing to say. */
function templateOf(args: ResourceValidationArgs): Template {
  const props = args.props as Props;
  if (args.type === POD) return props as Template;
  const { spec = {} } = props as { spec?: { template?: Template; jobTemplate?: Props } };
  if (templated.includes(args.type)) return spec.template ?? {};
  if (args.type === CRON_JOB)
    return (spec.jobTemplate?.spec as { template?: Template })?.template ?? {};
  return args.notApplicable("not a pod");
}

/** The pod that a resource runs, or a word that the rule has nothing to say. */
export const podOf = (args: ResourceValidationArgs): PodSpec => templateOf(args).spec ?? {};

/** What is written on a resource and its pods: names with values. */
export function notesOf(args: ResourceValidationArgs): [name: string, value: string][] {
  const { metadata = {} } = args.props as Props;
  const template = templateOf(args);
  return [metadata, ...(args.type === POD ? [] : [template.metadata ?? {}])].flatMap(
    ({ labels = {}, annotations = {} }) => Object.entries({ ...labels, ...annotations }),
  );
}

export const containersOf = ({ containers = [], initContainers = [] }: PodSpec) => [
  ...initContainers,
  ...containers,
];

/** Every command line of a container, with the key that it is under. */
export function commandsOf(container: PodContainer): [key: string, words: readonly string[]][] {
  const { args = [], command = [], lifecycle = {} } = container;
  const asked = (["livenessProbe", "readinessProbe", "startupProbe"] as const).map(
    (key) => [key, container[key]?.exec?.command ?? []] as [string, readonly string[]],
  );
  const hooks = (["postStart", "preStop"] as const).map(
    (key) => [key, lifecycle[key]?.exec?.command ?? []] as [string, readonly string[]],
  );
  return [["args", args], ["command", command], ...asked, ...hooks];
}
