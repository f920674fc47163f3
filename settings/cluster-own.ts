/** What a deployment uses that a Kubernetes cluster has already: who watches, and the way in for browsers. */
import { z } from "zod";
import { cidr, namespace } from "./atoms.ts";
import type { Problem } from "./parts.ts";

/** As Kubernetes takes them. */
const labels = z.record(
  z
    .string()
    .regex(
      /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
      "names of labels, such as release or example.com/team",
    ),
  z
    .string()
    .regex(
      /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/,
      "up to 63 of letters, digits, - _ and .",
    ),
);

export const monitoring = z.strictObject({
  /** Whether the deployment has one of its own, or the cluster's Prometheus operator runs one. */
  prometheus: z.enum(["own", "operator"]).default("own"),
  /** In which the operator's Prometheus runs; it alone is admitted. */
  namespace: namespace.optional(),
  /** By which it selects ServiceMonitors and PrometheusRules. @default none */
  labels: labels.optional(),
  /** By which a Grafana's sidecar finds ConfigMaps with dashboards. @default grafana_dashboard: "1" */
  dashboardLabels: labels.optional(),
});

export const ingress = z.strictObject({
  /** By which browsers ask for the app. */
  name: z
    .string()
    .regex(
      /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      "a name such as shop.example.com",
    ),
  /** In which the controller runs; its pods are admitted. */
  namespace,
  /** @default the cluster's default IngressClass */
  className: z.string().min(1, "the name of an IngressClass").optional(),
  /** Secret of the deployment's namespace with the certificate that browsers see. @default the controller's own */
  tlsSecret: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "the name of a Secret: a-z, 0-9, - and .")
    .optional(),
  /** Besides those that are rendered, and over them. */
  annotations: z
    .record(z.string().regex(/^[a-z0-9.-]+\/.+$/, "names such as example.com/what"), z.string())
    .optional(),
  /** Networks of the controller's pods, whose word for a client's address is taken. @default none */
  trustedCidrs: z.array(cidr).default([]),
});

interface Own {
  readonly system: string;
  readonly platform: "docker" | "swarm" | "kubernetes";
  readonly grafana: boolean;
  readonly kubernetes: {
    readonly monitoring: z.output<typeof monitoring>;
    readonly ingress?: z.output<typeof ingress> | undefined;
  };
}

export const clusterOwn = (settings: Own): Problem[] => [
  ...watchedBy(settings),
  ...enteredBy(settings),
];

/** Who watches: a Prometheus of the cluster's has a Grafana of its own, and is told where to look. */
function watchedBy({ platform, grafana, kubernetes: { monitoring: given } }: Own): Problem[] {
  const key = "kubernetes.monitoring";
  const { prometheus, ...rest } = given;
  if (prometheus === "own")
    return Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([name, got]) => ({
        ...{ key: `${key}.${name}`, got, allowed: `nothing, with ${key}.prometheus own` },
        next: `leave it out, or set ${key}.prometheus to operator`,
      }));
  if (platform !== "kubernetes")
    return [
      {
        ...{ key: `${key}.prometheus`, got: prometheus, allowed: `own, with platform ${platform}` },
        next: "leave it out: the operator is a cluster's",
      },
    ];
  return [
    ...(given.namespace === undefined
      ? [
          {
            key: `${key}.namespace`,
            got: undefined,
            allowed: `the namespace of the operator's Prometheus, with ${key}.prometheus operator`,
            next: "set it: its pods are admitted to what they watch",
          },
        ]
      : []),
    ...(grafana
      ? [
          {
            ...{ key: "grafana", got: true, allowed: `false, with ${key}.prometheus operator` },
            next: "leave it out: the dashboards are ConfigMaps for a Grafana of the cluster's",
          },
        ]
      : []),
  ];
}

/** An Ingress takes HTTP: what speaks anything else stays with its ports. */
function enteredBy({ system, platform, kubernetes }: Own): Problem[] {
  if (kubernetes.ingress === undefined) return [];
  const refused = (why: string): Problem => ({
    ...{ key: "kubernetes.ingress", got: kubernetes.ingress, allowed: `nothing, ${why}` },
    next: "leave it out",
  });
  if (platform !== "kubernetes") return [refused(`with platform ${platform}`)];
  if (system !== "synaxic") return [refused(`with system ${system}: it has no site for browsers`)];
  return [];
}
