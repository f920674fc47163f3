/** The section of policies: every pack that took part, what it changed and what it found. Pure. */
import type { Pack, Remediation, Violation } from "../deployment/events.ts";
import { urnName, urnType } from "../deployment/urn.ts";
import type { Paint } from "./words.ts";

const LEVELS = ["mandatory", "advisory"];
const SEVERITIES = ["critical", "high", "medium", "low", ""];

const shown = ({ pack, version }: { pack: string; version: string }): string =>
  `${pack}@v${version}`;

export class PolicyReport {
  private readonly packs: Pack[] = [];
  private readonly violations: Violation[] = [];
  private readonly remediations: Remediation[] = [];

  add(packs: readonly Pack[]): void {
    this.packs.push(...packs);
  }
  violated(violation: Violation): void {
    this.violations.push(violation);
  }
  remediated(remediation: Remediation): void {
    this.remediations.push(remediation);
  }

  get hasMandatory(): boolean {
    return this.violations.some((v) => v.level === "mandatory");
  }

  lines(paint: Paint, nameOf: (type: string) => string): string[] {
    if (this.packs.length === 0) return [];
    const out = [paint("bold", "Policies:")];
    const packs = [...new Set(this.packs.map(shown))].sort();
    for (const pack of packs) {
      const violations = this.violations.filter((v) => shown(v) === pack).sort(byWeight);
      const paths = this.packs
        .filter((p) => shown(p) === pack)
        .map(({ path }) => abbreviated(path));
      const mark =
        violations.length === 0 ? "✅" : violations[0]!.level === "mandatory" ? "❌" : "⚠️";
      out.push(`    ${mark} ${paint("magenta", pack)} (local: ${paths.sort().join("; ")})`);
      out.push(...this.remediationLines(pack, paint));
      for (const v of violations) out.push(...violationLines(v, paint, nameOf));
    }
    return [...out, ""];
  }

  private remediationLines(pack: string, paint: Paint): string[] {
    const mine = this.remediations.filter((r) => shown(r) === pack).map(({ policy }) => policy);
    return [...new Set(mine)].sort().map((policy) => {
      const count = mine.filter((p) => p === policy).length;
      const what = count === 1 ? "resource" : "resources";
      return `        - ${paint("magenta", `[remediate]  ${policy}`)}  (${count} ${what})`;
    });
  }
}

function byWeight(a: Violation, b: Violation): number {
  const text = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    text(a.policy, b.policy) ||
    text(a.urn, b.urn)
  );
}

function violationLines(v: Violation, paint: Paint, nameOf: (type: string) => string): string[] {
  const severity = v.severity === "" ? "" : ` [severity: ${v.severity}]`;
  const color = v.level === "mandatory" ? "red" : "yellow";
  const who = v.urn === "" ? "" : `  (${nameOf(urnType(v.urn))}: ${urnName(v.urn)})`;
  const message = v.message.replace(/\n$/, "").split("\n");
  return [
    `        - ${paint(color, `[${v.level}]${severity}  ${v.policy}`)}${who}`,
    ...message.map((line) => `          ${line}`),
  ];
}

const LONGEST_PATH = 75;

/** The first two and last two parts of a long path. */
function abbreviated(path: string): string {
  const parts = path.split("/");
  return path.length > LONGEST_PATH && parts.length > 4
    ? [...parts.slice(0, 2), "...", ...parts.slice(-2)].join("/")
    : path;
}
