import { availabilityRules } from "./rules/availability.ts";
import { capacityRules } from "./rules/capacity.ts";
import { redisRules } from "./rules/redis.ts";
import { replicationRules } from "./rules/replication.ts";
import type { Rule, RulesArgs } from "./rules/rule.ts";
import { streamingRules } from "./rules/streaming.ts";
import { synapRules } from "./rules/synap.ts";
import { type Yaml, toYaml } from "./yaml.ts";

export type { Rule, RulesArgs } from "./rules/rule.ts";

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** The alert rules about what is scraped, by group. */
export function ruleGroups(args: RulesArgs): RuleGroup[] {
  const groups = [
    { name: "availability", rules: availabilityRules(args) },
    { name: "replication", rules: replicationRules(args) },
    { name: "streaming", rules: streamingRules(args) },
    { name: "redis", rules: redisRules() },
    { name: "synap", rules: synapRules() },
    { name: "capacity", rules: capacityRules(args) },
  ];
  return groups
    .map(({ name, rules }) => ({
      name,
      rules: rules.filter(({ job }) => job === undefined || args.jobs.includes(job)),
    }))
    .filter(({ rules }) => rules.length > 0);
}

/** Renders rules.yml. */
export const rulesYml = (args: RulesArgs): string =>
  toYaml({ groups: renderedGroups(ruleGroups(args)) });

/** As Prometheus reads them, wherever. */
export function renderedGroups(
  groups: readonly RuleGroup[],
  labels: Readonly<Record<string, string>> = {},
): Yaml[] {
  return groups.map(({ name, rules }) => ({
    name: `synfleet-${name}`,
    rules: rules.map((rule): Yaml => ({
      alert: rule.alert,
      expr: rule.expr,
      for: rule.for,
      labels: { severity: rule.severity, ...labels },
      annotations: { summary: rule.summary, runbook: rule.runbook },
    })),
  }));
}
