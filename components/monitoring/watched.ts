/** What a Prometheus of the platform's is told, from the same jobs, rules and dashboards as the deployment's own. */
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { dashboards, type Dashboard } from "./dashboards.ts";
import { rendered } from "./grafana.ts";
import { narrowed } from "./narrow.ts";
import { isScraped, type ScrapeJob } from "./prometheus.ts";
import { renderedGroups, ruleGroups, type RuleGroup, type RulesArgs } from "./rules.ts";
import { absenceRules } from "./rules/absence.ts";
import type { Watched, WatcherAccess } from "./watcher.ts";

type Series = Readonly<Record<string, string>>;

export interface WatchedArgs {
  /** Of the deployment, in titles. */
  readonly cluster: string;
  readonly jobs: readonly ScrapeJob[];
  readonly rules?: Omit<RulesArgs, "jobs"> | undefined;
  readonly access: WatcherAccess;
}

export function watched(args: WatchedArgs, series: Series): Watched {
  const jobs = args.jobs.filter(isScraped);
  const names = jobs.map(({ name }) => name);
  const groups = ruleGroups({ ...args.rules, jobs: names });
  const absence = { name: "absence", rules: absenceRules(jobs) };
  return {
    jobs,
    groups: renderedGroups(
      [...groups, absence].map((group) => ownRules(group, series)),
      series,
    ),
    dashboards: Object.fromEntries(
      dashboards(names)
        .map((one) => ownDashboard(one, args.cluster, series))
        .map((one) => [one.uid, pulumi.output(rendered(one))]),
    ),
    access: args.access,
  };
}

const ownRules = ({ name, rules }: RuleGroup, series: Series): RuleGroup => ({
  name,
  rules: rules.map((rule) => ({ ...rule, expr: narrowed(rule.expr, series) })),
});

/** A Grafana that shows several deployments has one page of each, so its address is the deployment's own too. Pure. */
export function ownDashboard(one: Dashboard, cluster: string, series: Series): Dashboard {
  const whose = createHash("sha256").update(JSON.stringify(Object.entries(series).sort()));
  return {
    ...one,
    uid: `${one.uid}-${whose.digest("hex").slice(0, 8)}`,
    title: `${one.title} (${cluster})`,
    panels: one.panels.map((panel) => ({
      ...panel,
      queries: panel.queries.map(({ expr, legend }) => ({ expr: narrowed(expr, series), legend })),
    })),
  };
}
