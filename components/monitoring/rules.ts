import { availabilityRules } from "./rules/availability.ts";
import { capacityRules } from "./rules/capacity.ts";
import { replicationRules } from "./rules/replication.ts";
import type { Rule, RulesArgs } from "./rules/rule.ts";
import { type Yaml, toYaml } from "./yaml.ts";

export type { Rule, RulesArgs } from "./rules/rule.ts";

/** All alert rules by group. */
export function ruleGroups(args: RulesArgs): { readonly name: string; readonly rules: Rule[] }[] {
  return [
    { name: "availability", rules: availabilityRules(args) },
    { name: "replication", rules: replicationRules(args) },
    { name: "capacity", rules: capacityRules(args) },
  ];
}

/** Renders rules.yml. */
export function rulesYml(args: RulesArgs): string {
  return toYaml({
    groups: ruleGroups(args).map(({ name, rules }) => ({
      name: `synfleet-${name}`,
      rules: rules.map((rule): Yaml => ({
        alert: rule.alert,
        expr: rule.expr,
        for: rule.for,
        labels: { severity: rule.severity },
        annotations: { summary: rule.summary, runbook: rule.runbook },
      })),
    })),
  });
}
