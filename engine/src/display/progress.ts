/** Progress as lines, for logs and CI: one for each thing that happens to a resource. */
import { STACK_TYPE } from "../deployment/urn.ts";
import { Row, type Diagnostic } from "./rows.ts";
import { isInternalStep, type StepView } from "./step.ts";
import { diagnosticsText, outputsText, policiesText, summaryText } from "./summary.ts";
import type { RowView, Summary, ViewOptions } from "./view.ts";

/** Unchanged, unless its protection is what changed. */
export const worthShowing = ({ op, old, now }: StepView): boolean =>
  op !== "same" || (old?.protect ?? false) !== (now?.protect ?? false);

export class Progress implements RowView {
  readonly rows = new Map<string, Row>();
  protected readonly options: ViewOptions;
  protected allDone = false;
  private stackUrn: string;

  constructor(options: ViewOptions, stackUrn: string) {
    this.options = options;
    this.stackUrn = stackUrn;
  }

  begin(): void {
    this.options.write(`${this.options.paint("bold", `${this.options.title}:`)}\n\n`);
  }

  pre(step: StepView): void {
    if (isInternalStep(step)) return;
    const row = this.rowFor(step);
    row.startedAt = performance.now();
    row.endedAt = undefined;
    row.step = step;
    this.updated(row);
  }

  outputs(step: StepView): void {
    if (isInternalStep(step)) return;
    if (step.op === "read") {
      const message = `read ${step.type} ${step.urn}`;
      this.diagnostic({ severity: "info", urn: "", message, passing: true, stream: 0 });
      return;
    }
    const row = this.rowFor(step);
    const refreshed = row.step.op === "refresh";
    row.endedAt = performance.now();
    row.step = step;
    row.ended.push(step);
    const custom = (step.now ?? step.old)?.custom ?? false;
    const tells = refreshed || (!this.options.preview && custom && step.op !== "same");
    // What a preview said when the step began needs no repetition.
    if (tells || this.always()) this.updated(row);
  }

  failed(step: StepView): void {
    if (isInternalStep(step)) return;
    const row = this.rowFor(step);
    row.failed = true;
    this.updated(row);
  }

  diagnostic(diagnostic: Diagnostic): void {
    if (diagnostic.severity === "debug") return;
    const urn = diagnostic.urn === "" ? this.stackUrn : diagnostic.urn;
    const row = this.rowFor(
      {
        op: "same",
        urn,
        type: urn.split("::")[2]!.split("$").at(-1)!,
        keys: [],
        diffs: [],
        logical: true,
        provider: "",
      },
      false,
    );
    row.diagnostics.push(diagnostic);
    row.hidden = false;
    this.updated(row);
  }

  finish(summary: Summary): void {
    const open = [...this.rows.values()].filter((row) => !row.isDone(false));
    this.allDone = true;
    for (const row of open) this.updated(row);
    this.close();
    const { write, paint } = this.options;
    const rows = [...this.rows.values()];
    write(policiesText(summary, paint));
    write(diagnosticsText(rows, paint));
    write(
      outputsText(
        rows.find((r) => r.isStack),
        this.options,
      ),
    );
    if (summary.policies.hasMandatory) return;
    const errors = rows.filter((row) => row.count("error") > 0).length;
    write(`${summaryText(summary, errors, this.options)}\n`);
  }

  /** Whether everything is drawn anew all the time, so that nothing is a repetition. */
  protected always(): boolean {
    return false;
  }

  protected updated(row: Row): void {
    if (row.hidden) return;
    const { preview, paint, write } = this.options;
    write(`${row.text(preview, this.allDone, paint).trimEnd()}\n`);
  }

  protected close(): void {
    // Lines stay where they are.
  }

  private rowFor(step: StepView, shows = worthShowing(step)): Row {
    let row = this.rows.get(step.urn);
    // The stack is always shown, but for the line that would say that it begins to run unchanged.
    const known = row !== undefined;
    if (!row) {
      row = new Row(step);
      this.rows.set(step.urn, row);
    }
    if (shows || (known && step.type === STACK_TYPE)) row.hidden = false;
    return row;
  }
}
