import type { ScrapeJob } from "../prometheus.ts";
import type { Rule } from "./rule.ts";

/** For a Prometheus that finds parts by asking a cluster: of one that is not there it knows nothing, not even that it is down. */
export function absenceRules(jobs: readonly ScrapeJob[]): Rule[] {
  const parts = jobs.flatMap(({ name: job, targets }) =>
    targets.map(({ host, member }) => ({ job, instance: host, ...(member && { member }) })),
  );
  if (parts.length === 0) return [];
  const absent = parts.map((labels) => {
    const asked = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return `absent(up{${asked.join(",")}})`;
  });
  return [
    {
      alert: "PartNotFound",
      expr: absent.join(" or "),
      for: "2m",
      severity: "critical",
      summary: "Prometheus finds no {{ $labels.instance }} to watch.",
      runbook:
        "Its pod is not there, or has no address yet: kubectl get pods and kubectl get events say why. If it runs, Prometheus may not look: its service account needs get, list and watch of services, endpoints, endpointslices and pods in the namespace, and it must select the labels of the ServiceMonitors.",
    },
  ];
}
