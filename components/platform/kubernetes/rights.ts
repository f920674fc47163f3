/** What whoever runs `up` must be allowed to do on the cluster, and what of it is missing. */
import { namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import type { Kubectl } from "./kubectl.ts";
import { hasOperator } from "./operator.ts";

/** As a Role has them. */
export interface Rule {
  readonly apiGroups: readonly string[];
  /** With its subresource, if any: "pods/exec". */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const made = (group: string, ...resources: string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs: ["get", "list", "watch", "create", "patch", "delete"],
});

/** In the deployment's namespace. */
export const namespaceRules: readonly Rule[] = [
  made("", "configmaps", "persistentvolumeclaims", "secrets", "services"),
  made("apps", "deployments", "statefulsets"),
  made("batch", "jobs"),
  made("networking.k8s.io", "networkpolicies"),
  made("policy", "poddisruptionbudgets"),
  {
    ...{ apiGroups: [""], resources: ["pods"] },
    // The one that shows whether a node comes by an image.
    verbs: ["get", "list", "watch", "create", "delete"],
  },
  { apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
];

/** Besides, with a Prometheus of the cluster's operator. */
export const operatorRules: readonly Rule[] = [
  made("monitoring.coreos.com", "servicemonitors", "prometheusrules"),
];

/** Besides, with a way in by the cluster's Ingress controller. */
export const ingressRules: readonly Rule[] = [made("networking.k8s.io", "ingresses")];

/** Of the namespace itself. One that is there need not be made, and one that is kept not be removed. */
export const namespaceItself = (isThere: boolean, isKept: boolean): Rule => ({
  apiGroups: [""],
  resources: ["namespaces"],
  verbs: ["get", "patch", ...(isThere ? [] : ["create"]), ...(isKept ? [] : ["delete"])],
});

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Each by itself, as a cluster is asked. */
export function rightsOf(rules: readonly Rule[], place: Pick<Right, "namespace" | "name">) {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((path) => {
        const [resource = "", subresource] = path.split("/");
        const of = { ...place, group, resource, ...(subresource && { subresource }) };
        return verbs.map((verb): Right => ({ ...of, verb }));
      }),
    ),
  );
}

const besides = (args: Pick<KubernetesPlatformArgs, "monitoring" | "ingress">): readonly Rule[] => [
  ...(hasOperator(args) ? operatorRules : []),
  ...(args.ingress ? ingressRules : []),
];

/** All that is missing, in one line. A review changes nothing, and everybody may ask for one. */
export async function rightsProblems(
  args: Pick<
    KubernetesPlatformArgs,
    "prefix" | "context" | "namespace" | "keepVolumes" | "monitoring" | "ingress"
  >,
  namespaceIsThere: boolean,
  kubectl: Kubectl,
): Promise<string[]> {
  const namespace = namespaceOf(args);
  const itself = namespaceItself(namespaceIsThere, args.keepVolumes ?? true);
  const rights = [
    ...rightsOf([itself], { name: namespace }),
    ...rightsOf([...namespaceRules, ...besides(args)], { namespace }),
  ];
  const items = rights.map(({ namespace, ...right }) => ({
    ...{ apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview" },
    spec: { resourceAttributes: { ...right, ...(namespace && { namespace }) } },
  }));
  const { code, stdout, stderr } = await kubectl(
    [
      ...["--context", args.context, "create", "--validate=false", "--filename", "-"],
      ...["--output", String.raw`jsonpath={.status.allowed}{"\n"}`],
    ],
    JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  );
  const answers = stdout.split("\n").filter((line) => line !== "");
  if (code !== 0 || answers.length !== rights.length)
    return [
      `synfleet:kubernetes.context: ${args.context} does not say what it may do: ${stderr.trim()}`,
    ];
  const missing = rights.filter((_, at) => answers[at] !== "true");
  if (missing.length === 0) return [];
  return [
    `synfleet:kubernetes.context: got ${args.context}, which may not ${listed(missing)}; allowed: one that may. docs/kubernetes.md has the role that it needs, under Rights.`,
  ];
}

/** By what it is done to: "create, patch secrets in orders". */
function listed(missing: readonly Right[]): string {
  const verbs = new Map<string, string[]>();
  for (const { verb, group, resource, subresource, namespace, name } of missing) {
    const kind = `${resource}${group && `.${group}`}${subresource ? `/${subresource}` : ""}`;
    const what = namespace ? `${kind} in ${namespace}` : `${kind} ${name}`;
    verbs.set(what, [...(verbs.get(what) ?? []), verb]);
  }
  return [...verbs].map(([what, each]) => `${each.join(", ")} ${what}`).join("; ");
}
