import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Watched, Watcher, WatcherAccess } from "../../monitoring/watcher.ts";
import type { FileSpec } from "../platform.ts";
import type { KubernetesPlatformArgs, Monitoring } from "./args.ts";
import { clusterFiles } from "./files.ts";
import type { Ground } from "./ground.ts";
import { ACCESS, serviceMonitor, watchedParts, watcherAdmitted } from "./monitors.ts";
import { selectorOf } from "./objects.ts";
import { MONITORING_API } from "./operator.ts";

const DASHBOARDS = { grafana_dashboard: "1" };

/** The Prometheus of the cluster's Prometheus operator: told by objects, which the operator turns into its configuration and reloads. */
export class OperatorWatcher implements Watcher {
  readonly series: Readonly<Record<string, string>>;
  readonly #prefix: string;
  readonly #ground: Ground;
  readonly #monitoring: Monitoring;
  readonly #namespace: string;

  /** Undefined where the deployment has a Prometheus of its own. */
  static of(args: KubernetesPlatformArgs, ground: Ground): OperatorWatcher | undefined {
    const { prefix, monitoring } = args;
    if (monitoring?.prometheus !== "operator") return undefined;
    if (monitoring.namespace === undefined)
      throw new Error(
        'monitoring.namespace: got nothing; allowed: the namespace of the operator\'s Prometheus, with monitoring.prometheus "operator". Set it: its pods are admitted to what is watched.',
      );
    return new OperatorWatcher(prefix, ground, monitoring, monitoring.namespace);
  }

  private constructor(prefix: string, ground: Ground, monitoring: Monitoring, namespace: string) {
    this.#prefix = prefix;
    this.#ground = ground;
    this.#monitoring = monitoring;
    this.#namespace = namespace;
    // The operator's label of whatever a ServiceMonitor finds.
    this.series = { namespace: ground.namespace };
  }

  watch(name: string, { jobs, groups, dashboards, access }: Watched, parent: pulumi.Resource) {
    const ground = this.#ground;
    const options = { parent, provider: ground.provider, dependsOn: ground.made };
    const labelled = (object: string, labels: Readonly<Record<string, string>> = {}) => {
      const metadata = ground.metadata(object);
      return { ...metadata, labels: { ...metadata.labels, ...labels } };
    };
    const told = (kind: string, role: string, object: string, spec: object) =>
      new k8s.apiextensions.CustomResource(
        role,
        {
          ...{ apiVersion: MONITORING_API, kind, spec },
          metadata: labelled(object, this.#monitoring.labels),
        },
        options,
      );
    const secret = this.#access(name, access, options);
    for (const part of watchedParts(jobs)) {
      const selector = selectorOf(this.#prefix, part.alias);
      const monitor = serviceMonitor(part, selector, secret);
      told("ServiceMonitor", `${part.alias}-monitor`, part.alias, monitor);
      new k8s.networking.v1.NetworkPolicy(
        `${part.alias}-watched`,
        {
          metadata: ground.metadata(`${part.alias}-watched`),
          spec: watcherAdmitted(part, selector, this.#namespace),
        },
        options,
      );
    }
    told("PrometheusRule", `${name}-rules`, this.#prefix, { groups });
    for (const [title, content] of Object.entries(dashboards))
      new k8s.core.v1.ConfigMap(
        title,
        {
          metadata: labelled(title, this.#monitoring.dashboardLabels ?? DASHBOARDS),
          data: { [`${title}.json`]: content },
        },
        options,
      );
  }

  /** Under a name that follows from what is in it: the new one is there before anything names it. */
  #access(name: string, access: WatcherAccess, options: pulumi.CustomResourceOptions) {
    const { certificate, commonName, statistics, managerToken } = access;
    const secret = (content: pulumi.Input<string>): FileSpec => ({ content, secret: true });
    const { names } = clusterFiles(
      name,
      {
        [ACCESS.ca]: secret(access.authorityPem),
        [ACCESS.certificate]: secret(certificate.certificatePem),
        [ACCESS.key]: secret(certificate.privateKeyPem),
        ...(commonName && {
          [ACCESS.nameCertificate]: secret(commonName.certificatePem),
          [ACCESS.nameKey]: secret(commonName.privateKeyPem),
        }),
        [ACCESS.user]: secret(statistics.user),
        [ACCESS.password]: secret(statistics.password),
        ...(managerToken && { [ACCESS.token]: secret(managerToken) }),
      },
      { alias: name, metadata: this.#ground.metadata(name), options },
    );
    return names[0]!;
  }
}
