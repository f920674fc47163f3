/** What shows a run: lines of progress, the detailed view, a live tree, or one JSON document at its end. */
import type { Remediation, Violation } from "../deployment/events.ts";
import type { PolicyReport } from "./policies.ts";
import type { PrintOptions } from "./printer.ts";
import type { Diagnostic, Row } from "./rows.ts";
import type { StepView } from "./step.ts";
import type { Counts } from "./words.ts";

export interface ViewOptions extends PrintOptions {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly showOutputs: boolean;
  /** "Previewing update (dev)". */
  readonly title: string;
}

export interface Summary {
  readonly counts: Counts;
  readonly seconds: number;
  readonly failed: boolean;
  readonly policies: PolicyReport;
}

export interface View {
  begin(): void;
  /** Policy packs are being started; that they are, `prelude` tells. */
  loading(): void;
  /** The run itself begins. */
  prelude(): void;
  /** A step begins; `refreshing` is what it is part of. */
  pre(step: StepView): void;
  outputs(step: StepView): void;
  failed(step: StepView): void;
  diagnostic(diagnostic: Diagnostic): void;
  violated(violation: Violation): void;
  remediated(remediation: Remediation): void;
  finish(summary: Summary): void;
  /** Ends what did not come to begin: there is nothing to count. */
  abort(): void;
}

/** A view that keeps rows, as all do that show progress. */
export interface RowView extends View {
  readonly rows: ReadonlyMap<string, Row>;
}
