/** Progress as lines, for logs and CI: one for each thing that happens to a resource. */
import type { Remediation, Violation } from "../deployment/events.ts";
import { STACK_TYPE, qualifiedType, urnName, urnType } from "../deployment/urn.ts";
import { Row, type Diagnostic } from "./rows.ts";
import { isInternalStep, type StepView } from "./step.ts";
import { diagnosticsText, outputsText, policiesText, summaryText } from "./summary.ts";
import { shortType } from "./words.ts";
import type { RowView, Summary, ViewOptions } from "./view.ts";

/** Unchanged, unless its protection is what changed. */
export const worthShowing = ({ op, old, now }: StepView): boolean =>
  op !== "same" || (old?.protect ?? false) !== (now?.protect ?? false);

export const LOADING = "Loading policy packs...";

export class Progress implements RowView {
  readonly rows = new Map<string, Row>();
  protected readonly options: ViewOptions;
  protected allDone = false;
  /** Of policy packs, before the run begins. */
  protected isLoading = false;
  /** Empty until the stack itself is told of, which a destroy does only when a child is told of before. */
  private stackUrn = "";
  private readonly expectedStackUrn: string;

  constructor(options: ViewOptions, stackUrn: string) {
    this.options = options;
    this.expectedStackUrn = stackUrn;
  }

  begin(): void {
    this.options.write(`${this.options.paint("bold", `${this.options.title}:`)}\n`);
  }

  loading(): void {
    this.isLoading = true;
    this.ensureStack();
    this.options.write(`${LOADING}: starting\n`);
  }

  prelude(): void {
    this.options.write(this.isLoading ? `${LOADING}: done\n\n` : "\n");
    this.isLoading = false;
  }

  pre(step: StepView): void {
    if (isInternalStep(step) || this.passesOver(step)) return;
    const row = this.rowFor(step.urn, step);
    row.startedAt = performance.now();
    row.endedAt = undefined;
    row.step = step;
    this.updated(row);
  }

  outputs(step: StepView): void {
    if (isInternalStep(step) || this.passesOver(step)) return;
    const row = this.rowFor(step.urn, step);
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
    if (isInternalStep(step) || this.passesOver(step)) return;
    const row = this.rowFor(step.urn, step);
    row.failed = true;
    this.updated(row);
  }

  diagnostic(diagnostic: Diagnostic): void {
    if (diagnostic.severity === "debug") return;
    const row = this.rowFor(this.orStack(diagnostic.urn));
    row.diagnostics.push(diagnostic);
    this.updated(row);
  }

  /** A row that nothing else has shown stays hidden: what is forbidden is told below, and not made. */
  violated({ urn }: Violation): void {
    this.updated(this.findOrMake(this.orStack(urn), undefined));
  }

  remediated({ urn }: Remediation): void {
    this.updated(this.rowFor(urn));
  }

  finish(summary: Summary): void {
    this.endRows();
    const { write, paint } = this.options;
    const rows = [...this.rows.values()];
    write(policiesText(summary, paint));
    write(diagnosticsText(rows, paint));
    write(
      outputsText(this.stackUrn === "" ? undefined : this.rows.get(this.stackUrn), this.options),
    );
    if (summary.policies.hasMandatory) return;
    const errors = rows.filter((row) => row.count("error") > 0).length;
    write(`${summaryText(summary, errors, this.options)}\n`);
  }

  abort(): void {
    this.endRows();
    this.options.write(diagnosticsText(this.rows.values(), this.options.paint));
  }

  private endRows(): void {
    const open = [...this.rows.values()].filter((row) => !row.isDone(false));
    this.allDone = true;
    for (const row of open) this.updated(row);
    this.close();
  }

  private orStack(urn: string): string {
    return urn === "" ? this.stackUrn : urn;
  }

  /** What is only looked at has no line of its own: the stack tells of it in passing. */
  private passesOver({ op, type, urn }: StepView): boolean {
    if (op === "discard" || op === "read-replacement") return true;
    if (op !== "read") return false;
    const message = `read ${shortType(type)} ${urnName(urn)}`;
    this.diagnostic({ severity: "info", urn: "", message, passing: true, stream: 0 });
    return true;
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

  private rowFor(urn: string, step?: StepView): Row {
    // The first word on the stack, that it begins to run unchanged, is not worth a line.
    const isStack = urn === this.stackUrn;
    const row = this.findOrMake(urn, step);
    if (!step || worthShowing(step) || isStack) row.hidden = false;
    return row;
  }

  private findOrMake(urn: string, step: StepView | undefined): Row {
    const known = this.rows.get(urn);
    if (known) return known;
    if (urn !== "" && qualifiedType(urn) === STACK_TYPE) {
      this.stackUrn = urn;
      const standIn = this.rows.get("");
      if (standIn && step) {
        this.rows.delete("");
        standIn.step = step;
        standIn.standsIn = false;
        this.rows.set(urn, standIn);
        return standIn;
      }
    }
    const row = this.add(urn, step ?? blank(urn === "" ? this.expectedStackUrn : urn));
    row.standsIn = urn === "";
    const parent = (step?.now ?? step?.old)?.parent ?? "";
    if (parent !== "" && !this.rows.has(parent)) this.add(parent, blank(parent));
    this.ensureStack();
    return row;
  }

  /** Something for the others to stand under, and for what belongs to none of them. */
  protected ensureStack(): void {
    if (this.rows.has(this.stackUrn)) return;
    const standIn = this.add("", blank(this.expectedStackUrn));
    standIn.standsIn = true;
    standIn.hidden = false;
  }

  private add(urn: string, step: StepView): Row {
    const row = new Row(step);
    this.rows.set(urn, row);
    return row;
  }
}

const blank = (urn: string): StepView => ({
  op: "same",
  urn,
  type: urnType(urn),
  keys: [],
  diffs: [],
  logical: true,
  provider: "",
});
