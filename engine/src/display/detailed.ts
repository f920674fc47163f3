/** `--diff`: every changed resource with its properties, as it happens. */
import type { Remediation, Violation } from "../deployment/events.ts";
import { packsTable, remediationText, violationText } from "./policies.ts";
import type { Diagnostic } from "./rows.ts";
import { worthShowing } from "./progress.ts";
import { details, head, outputs } from "./step-text.ts";
import { isInternalStep, type StepView } from "./step.ts";
import { STACK_TYPE } from "../deployment/urn.ts";
import { summaryText } from "./summary.ts";
import type { Summary, View, ViewOptions } from "./view.ts";

export class Detailed implements View {
  private readonly options: ViewOptions;
  private readonly seen = new Map<string, StepView>();
  private errors = 0;

  constructor(options: ViewOptions) {
    this.options = options;
  }

  begin(): void {
    this.options.write(`${this.options.paint("bold", `${this.options.title}:`)}\n`);
  }

  loading(): void {
    // Not told.
  }

  prelude(): void {
    // Not told.
  }

  pre(step: StepView): void {
    if (isInternalStep(step)) return;
    this.seen.set(step.urn, step);
    // What these read is known at their end.
    if (step.op === "refresh" || step.op === "import" || !this.shows(step)) return;
    const indent = this.indentOf(step);
    this.options.write(head(step, indent, this.options) + details(step, indent, this.options));
  }

  outputs(step: StepView): void {
    if (isInternalStep(step) || !this.shows(step)) return;
    const refreshed = this.seen.get(step.urn)?.op === "refresh";
    const indent = this.indentOf(step);
    const { write, showOutputs, paint } = this.options;
    if (step.op === "import" || (refreshed && step.op === "update")) {
      write(head(step, indent, this.options) + details(step, indent, this.options, refreshed));
      return;
    }
    const text = outputs(step, indent + 1, this.options, refreshed);
    if (refreshed && (step.op !== "refresh" || text !== "" || step.type === STACK_TYPE))
      write(head(step, indent, this.options));
    if (showOutputs && text !== "")
      write(`${"    ".repeat(indent + 1)}${paint("dim", "--outputs:--")}\n${text}`);
  }

  failed(step: StepView): void {
    if (!isInternalStep(step)) this.errors++;
  }

  diagnostic({ severity, message }: Diagnostic): void {
    if (severity === "debug") return;
    this.options.writeError(message.endsWith("\n") ? message : `${message}\n`);
  }

  violated(violation: Violation): void {
    this.options.write(violationText(violation, this.options.paint));
  }

  remediated(remediation: Remediation): void {
    this.options.write(remediationText(remediation, this.options));
  }

  finish(summary: Summary): void {
    const packs = packsTable(summary.policies.names(), this.options.paint);
    this.options.write(summaryText(summary, this.errors, this.options, packs));
  }

  abort(): void {
    // All is told.
  }

  private shows(step: StepView): boolean {
    if (step.type === STACK_TYPE) return true;
    return step.logical && worthShowing(step);
  }

  private indentOf(step: StepView): number {
    let indent = 0;
    for (let urn = (step.now ?? step.old)?.parent ?? ""; urn !== "";) {
      const parent = this.seen.get(urn);
      if (!parent) break;
      if (parent.type === STACK_TYPE || worthShowing(parent)) indent++;
      urn = (parent.now ?? parent.old)?.parent ?? "";
    }
    return indent;
  }
}
