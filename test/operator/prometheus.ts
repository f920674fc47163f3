/** The Prometheus operator of the lab, and a Prometheus of its making that watches what its label selects. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { imageTag } from "../../images/inputs.ts";
import { projectDirectory } from "../../commands/support/paths.ts";
import { must } from "../lab/process.ts";

const NAME = "main";

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
}

export interface AlertingRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

export class OperatorsPrometheus {
  readonly namespace = `metrics-${randomBytes(3).toString("hex")}`;
  readonly labels = { release: this.namespace };
  readonly #kubectl: readonly string[];

  constructor(context: string) {
    this.#kubectl = ["kubectl", "--context", context, "--namespace", this.namespace];
  }

  async start(): Promise<void> {
    await must([join(projectDirectory, "test/lab/kubernetes/operator")]);
    const objects = { apiVersion: "v1", kind: "List", items: this.#objects() };
    const input = JSON.stringify(objects);
    await must([...this.#kubectl, "apply", "--filename", "-"], { input });
    const made = ["wait", "--for=condition=Available", `prometheus/${NAME}`, "--timeout=180s"];
    await must([...this.#kubectl, ...made]);
  }

  async remove(): Promise<void> {
    await must([...this.#kubectl, "delete", "namespace", this.namespace, "--ignore-not-found"]);
    const role = `clusterrole/${this.namespace}`;
    await must([...this.#kubectl, "delete", role, `clusterrolebinding/${this.namespace}`]);
  }

  async get(path: string): Promise<any> {
    const of = "jsonpath={.status.podIP}";
    const pod = `pod/prometheus-${NAME}-0`;
    const address = await must([...this.#kubectl, "get", pod, "--output", of]);
    const answer = await fetch(`http://${address}:9090/api/v1/${path}`);
    const { status, data, error } = (await answer.json()) as Record<string, any>;
    if (status !== "success") throw new Error(`Prometheus: ${error}`);
    return data;
  }

  async query(expr: string): Promise<{ readonly metric: Record<string, string> }[]> {
    return (await this.get(`query?query=${encodeURIComponent(expr)}`)).result;
  }

  async targets(): Promise<Target[]> {
    return (await this.get("targets?state=active")).activeTargets;
  }

  async rules(): Promise<AlertingRule[]> {
    return (await this.get("rules?type=alert")).groups.flatMap(({ rules }: any) => rules);
  }

  #objects(): object[] {
    const { namespace, labels } = this;
    const account = { kind: "ServiceAccount", name: NAME, namespace };
    const rbac = "rbac.authorization.k8s.io";
    const read = ["get", "list", "watch"];
    const everywhere = {
      serviceMonitorNamespaceSelector: {},
      ruleNamespaceSelector: {},
      serviceMonitorSelector: { matchLabels: labels },
      ruleSelector: { matchLabels: labels },
    };
    return [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: NAME, namespace } },
      {
        ...{ apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: namespace } },
        rules: [
          { apiGroups: [""], resources: ["services", "endpoints", "pods"], verbs: read },
          { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
        ],
      },
      {
        ...{ apiVersion: `${rbac}/v1`, kind: "ClusterRoleBinding", metadata: { name: namespace } },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name: namespace },
        subjects: [account],
      },
      {
        ...{ apiVersion: "monitoring.coreos.com/v1", kind: "Prometheus" },
        metadata: { name: NAME, namespace },
        spec: {
          // Of the image that the deployment's own has, which begins with a program of ours.
          ...{ version: "v2.53.3", image: imageTag("prometheus"), replicas: 1 },
          containers: [{ name: "prometheus", command: ["prometheus"] }],
          securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001 },
          ...{ serviceAccountName: NAME, ...everywhere },
        },
      },
    ];
  }
}
