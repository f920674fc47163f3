/** The section of policies: every pack that took part, what it changed and what it found. Pure. */
import type { Pack, Remediation, Violation } from "../deployment/events.ts";
import { urnName, urnType } from "../deployment/urn.ts";
import { diffObjects } from "../values/object-diff.ts";
import { Printer, type PrintOptions } from "./printer.ts";
import { shortType, type Paint } from "./words.ts";

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

  /** Versions by the names that summaries call packs by. */
  names(): { readonly [name: string]: string } {
    return Object.fromEntries(
      this.packs.map(({ pack, version, path }) => [`${pack}|local|${abbreviated(path)}`, version]),
    );
  }

  get hasMandatory(): boolean {
    return this.violations.some((v) => v.level === "mandatory");
  }

  lines(paint: Paint): string[] {
    if (this.packs.length === 0) return [];
    const out = [paint("bold", "Policies:")];
    const packs = [...new Set(this.packs.map(shown))].sort();
    for (const pack of packs) {
      const violations = this.violations.filter((v) => shown(v) === pack).sort(byWeight);
      const paths = new Set(
        this.packs.filter((p) => shown(p) === pack).map(({ path }) => abbreviated(path)),
      );
      const mark =
        violations.length === 0 ? "✅" : violations[0]!.level === "mandatory" ? "❌" : "⚠️";
      out.push(`    ${mark} ${paint("magenta", pack)} (local: ${[...paths].sort().join("; ")})`);
      out.push(...this.remediationLines(pack, paint));
      for (const v of violations) out.push(...violationLines(v, paint));
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

const about = (urn: string): string =>
  urn === "" ? "" : `  (${shortType(urnType(urn))}: ${urnName(urn)})`;

function violationHead(v: Violation, paint: Paint): string {
  const severity = v.severity === "" ? "" : ` [severity: ${v.severity}]`;
  const color = v.level === "mandatory" ? "red" : "yellow";
  return `${paint(color, `[${v.level}]${severity}  ${v.policy}`)}${about(v.urn)}`;
}

const messageOf = (v: Violation): string => v.message.replace(/\n$/, "");

const violationLines = (v: Violation, paint: Paint): string[] => [
  `        - ${violationHead(v, paint)}`,
  ...messageOf(v)
    .split("\n")
    .map((line) => `          ${line}`),
];

/** In the detailed view, as it happens; the message follows at once, as the CLI has it. */
export const violationText = (v: Violation, paint: Paint): string =>
  `    ${paint("magenta", shown(v))} ${violationHead(v, paint)}${messageOf(v)}\n`;

/** In the detailed view: what a remedy changed, if anything. */
export function remediationText(r: Remediation, options: PrintOptions): string {
  const diff = diffObjects(r.before, r.after);
  if (!diff) return "";
  const { paint } = options;
  const head = `${paint("magenta", shown(r))} ${paint("magenta", `[remediate]  ${r.policy}`)}`;
  const changes = new Printer({ ...options, cut: true, changesOnly: true }).objectDiff(diff, {
    indent: 2,
    op: "same",
    prefix: true,
  });
  return `    ${head}${about(r.urn)}\n${changes}\n`;
}

/** In the detailed view: the packs that took part. */
export function packsTable(names: { readonly [name: string]: string }, paint: Paint): string[] {
  const packs = Object.entries(names).sort();
  if (packs.length === 0) return [];
  const width = Math.max("Name".length, ...packs.map(([name]) => name.length));
  const line = (name: string, shownName: string, version: string): string =>
    `    ${shownName}${" ".repeat(width - name.length)}  ${version}`;
  return [
    "",
    paint("bold", "Policy Packs run:"),
    line("Name", paint("blue", "Name"), paint("blue", "Version")),
    ...packs.map(([name, version]) => line(name, name, version)),
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
