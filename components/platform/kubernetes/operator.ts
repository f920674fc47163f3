/** Whether the cluster has the operator whose Prometheus is to watch. */
import type { KubernetesPlatformArgs } from "./args.ts";
import { toldIn, type Ask, type Kubectl } from "./kubectl.ts";
import { namespaceAbsent } from "./others.ts";

const [GROUP, VERSION] = ["monitoring.coreos.com", "v1"];
export const MONITORING_API = `${GROUP}/${VERSION}`;
const KINDS = ["ServiceMonitor", "PrometheusRule"];
/** What a cluster would say without the operator. */
const NO_KINDS = '{"resources": []}';

type Asked = Pick<KubernetesPlatformArgs, "context" | "monitoring">;

export const hasOperator = ({ monitoring }: Pick<Asked, "monitoring">): boolean =>
  monitoring?.prometheus === "operator";

/** Everybody may ask which kinds there are. */
export async function operatorProblems(args: Asked, kubectl: Kubectl, ask: Ask): Promise<string[]> {
  if (!hasOperator(args)) return [];
  return [...(await kindProblems(args.context, kubectl)), ...(await namespaceProblems(args, ask))];
}

async function kindProblems(context: string, kubectl: Kubectl): Promise<string[]> {
  const key = "synfleet:kubernetes.monitoring.prometheus";
  const path = `/apis/${MONITORING_API}`;
  const said = await kubectl(["--context", context, "get", "--raw", path]);
  const told = said.stderr.includes("NotFound") ? NO_KINDS : toldIn(said);
  if (told === undefined) return [];
  const { resources } = JSON.parse(told) as { resources: readonly { readonly kind: string }[] };
  const missing = KINDS.filter((kind) => !resources.some((one) => one.kind === kind));
  if (missing.length === 0) return [];
  return [
    `${key}: got "operator", and ${context} has no ${missing.join(" and no ")} of ${MONITORING_API}; allowed: operator where the Prometheus operator is installed, else own. ` +
      "Install it with its definitions, or leave the key out.",
  ];
}

function namespaceProblems({ context, monitoring }: Asked, ask: Ask): Promise<string[]> {
  return namespaceAbsent(ask, {
    ...{ key: "monitoring.namespace", namespace: monitoring?.namespace },
    allowed: `the one in which the operator's Prometheus runs. kubectl --context ${context} get prometheuses --all-namespaces shows it`,
  });
}
