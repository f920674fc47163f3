/** The objects by which a Prometheus operator's Prometheus watches a deployment. Pure. */
import type * as pulumi from "@pulumi/pulumi";
import type { Access, ScrapeJob, ScrapeTarget } from "../../monitoring/prometheus.ts";
import { admittedFrom, podsOf } from "./network.ts";
import { portName } from "./objects.ts";

/** Keys of the Secret by which the Prometheus proves who asks. */
export const ACCESS = {
  ca: "ca.crt",
  certificate: "tls.crt",
  key: "tls.key",
  nameCertificate: "name.crt",
  nameKey: "name.key",
  user: "username",
  password: "password",
  token: "manager-token",
} as const;

/** Labels that the operator gives to every Prometheus. */
const PROMETHEUS = {
  "app.kubernetes.io/managed-by": "prometheus-operator",
  "app.kubernetes.io/name": "prometheus",
};

interface Scraped extends ScrapeTarget {
  readonly job: ScrapeJob;
}

/** What is read of a part: of some parts more than one job. */
export interface WatchedPart {
  readonly alias: string;
  readonly targets: readonly Scraped[];
}

/** Each part by itself, since each proves a name of its own. */
export function watchedParts(jobs: readonly ScrapeJob[]): WatchedPart[] {
  const all = jobs.flatMap((job) => job.targets.map((target): Scraped => ({ ...target, job })));
  return [...new Set(all.map(({ host }) => host))].map((alias) => ({
    alias,
    targets: all.filter(({ host }) => host === alias),
  }));
}

/** @param secret name of the Secret with {@link ACCESS} */
export function serviceMonitor(
  { targets }: WatchedPart,
  selector: Record<string, string>,
  secret: pulumi.Input<string>,
) {
  return {
    selector: { matchLabels: selector },
    endpoints: targets.map((target) => ({
      port: portName(target.port),
      scheme: "https",
      ...(target.job.path && { path: target.job.path }),
      ...{ interval: "15s", scrapeTimeout: "10s" },
      ...accessOf(target.job.access, target.host, secret),
      relabelings: [
        { targetLabel: "job", replacement: target.job.name },
        { targetLabel: "instance", replacement: target.host },
        ...(target.member ? [{ targetLabel: "member", replacement: target.member }] : []),
      ],
    })),
  };
}

/** Who answers at an address of the part must have its name. */
function accessOf(access: Access, serverName: string, secret: pulumi.Input<string>) {
  const of = (key: keyof typeof ACCESS) => ({ name: secret, key: ACCESS[key] });
  const verified = { ca: { secret: of("ca") }, serverName };
  const proven = (certificate: keyof typeof ACCESS, key: keyof typeof ACCESS) => ({
    tlsConfig: { ...verified, cert: { secret: of(certificate) }, keySecret: of(key) },
  });
  switch (access) {
    case "certificate":
      return proven("certificate", "key");
    case "common-name":
      return proven("nameCertificate", "nameKey");
    case "statistics":
      return {
        tlsConfig: verified,
        basicAuth: { username: of("user"), password: of("password") },
      };
    case "manager-token":
      return {
        tlsConfig: verified,
        authorization: { type: "Bearer", credentials: of("token") },
        // Managers name their member themselves.
        honorLabels: true,
      };
  }
}

/** Nobody but the operator's own Prometheus, to what it reads and nothing else. */
export function watcherAdmitted(
  { targets }: WatchedPart,
  selector: Record<string, string>,
  namespace: string,
) {
  const watcher = { ...podsOf(namespace), podSelector: { matchLabels: PROMETHEUS } };
  return admittedFrom(selector, watcher, [...new Set(targets.map(({ port }) => port))]);
}
