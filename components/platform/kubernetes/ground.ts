import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { claimName, namespaceOf } from "./access.ts";
import type { KubernetesPlatformArgs } from "./args.ts";
import { amongParts, defaultDeny } from "./network.ts";
import { claim, commonLabels, deploymentSelector, UNAWAITED } from "./objects.ts";
import { budget, setSelector } from "./sets.ts";

/** Signs what outlasts a destroy, so that a later `up` is no other who changes it. */
const OWNER = { "pulumi.com/patchFieldManager": "synfleet" };

/** What all workloads of a deployment stand on: the connection, the namespace with its rules, and the volumes. */
export class Ground {
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly selector: Record<string, string>;
  readonly provider: k8s.Provider;
  /** To be there before any workload. */
  readonly made: pulumi.Resource[];
  readonly #args: KubernetesPlatformArgs;
  readonly #sets = new Set<string>();
  /** Finds what an earlier deployment left, instead of refusing what is there. */
  readonly #keeper: k8s.Provider;

  constructor(name: string, args: KubernetesPlatformArgs, parent: pulumi.Resource) {
    const { context } = args;
    this.#args = args;
    this.namespace = namespaceOf(args);
    this.labels = commonLabels(args);
    this.selector = deploymentSelector(args.prefix);
    this.provider = new k8s.Provider(name, { context }, { parent });
    this.#keeper = new k8s.Provider(
      `${name}-keeper`,
      { context, upsertExistingObjects: true },
      { parent },
    );
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: this.namespace,
          labels: { ...this.labels, ...RESTRICTED },
          annotations: OWNER,
        },
      },
      { parent, provider: this.#keeper, retainOnDelete: this.#keeps },
    );
    const policy = (role: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${role}`,
        { metadata: this.metadata(role), spec },
        { parent, provider: this.provider, dependsOn: [namespace] },
      );
    this.made = [
      namespace,
      policy("default-deny", defaultDeny),
      policy("among-parts", amongParts(this.selector)),
    ];
  }

  metadata(name: pulumi.Input<string>) {
    const { namespace, labels } = this;
    return { name, namespace, labels, annotations: UNAWAITED };
  }

  /** Of a set, by whichever of its members comes first. */
  budget(set: string, parent: pulumi.Resource): void {
    if (this.#sets.has(set)) return;
    this.#sets.add(set);
    new k8s.policy.v1.PodDisruptionBudget(
      `${set}-budget`,
      budget(this.metadata(set), setSelector(this.#args.prefix, set)),
      { parent, provider: this.provider, dependsOn: this.made },
    );
  }

  /** A volume of a workload. */
  claim(name: string, alias: string, role: string, parent: pulumi.Resource) {
    const physical = claimName(alias, role);
    const metadata = this.metadata(physical);
    const annotations = { ...metadata.annotations, ...OWNER };
    const made = new k8s.core.v1.PersistentVolumeClaim(
      `${name}-${role}`,
      claim({ ...metadata, annotations }, this.#args),
      {
        ...{ parent, provider: this.#keeper, dependsOn: this.made },
        ...{ retainOnDelete: this.#keeps, protect: this.#args.protectVolumes ?? false },
      },
    );
    return { name: physical, made };
  }

  get #keeps(): boolean {
    return this.#args.keepVolumes ?? true;
  }
}

/** Whatever a pod asks for that the strictest level of Pod Security does not permit is refused by the cluster. */
const RESTRICTED = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);
