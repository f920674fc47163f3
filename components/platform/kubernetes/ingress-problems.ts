/** Whether somebody on the cluster would take up an Ingress. */
import type { KubernetesPlatformArgs } from "./args.ts";
import { itemsOf, type Ask } from "./kubectl.ts";
import { namespaceAbsent } from "./others.ts";

interface IngressClass {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

const DEFAULT = "ingressclass.kubernetes.io/is-default-class";

export async function ingressProblems(
  { ingress }: Pick<KubernetesPlatformArgs, "ingress">,
  ask: Ask,
): Promise<string[]> {
  if (ingress === undefined) return [];
  const absent = await namespaceAbsent(ask, {
    ...{ key: "ingress.namespace", namespace: ingress.namespace },
    allowed: "the one in which the Ingress controller's pods run",
  });
  const classes = await itemsOf<IngressClass>(ask, "ingressclasses");
  return [...absent, ...(classes ? classProblems(classes, ingress.className) : [])];
}

function classProblems(classes: readonly IngressClass[], wanted: string | undefined): string[] {
  const names = classes.map(({ metadata }) => metadata.name);
  const isThere =
    wanted === undefined
      ? classes.some(({ metadata }) => metadata.annotations?.[DEFAULT] === "true")
      : names.includes(wanted);
  if (isThere) return [];
  const got =
    wanted === undefined ? "nothing, and the cluster has no default class" : `"${wanted}"`;
  return [
    `synfleet:kubernetes.ingress.className: got ${got}; allowed: ${names.join(", ") || "none: the cluster has no Ingress controller"}. kubectl get ingressclasses shows them.`,
  ];
}
