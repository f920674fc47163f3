/** A resource's line of progress. */
import { STACK_TYPE, urnName } from "../deployment/urn.ts";
import { retained, shortDiff } from "./step-text.ts";
import type { StepView } from "./step.ts";
import { duration, shortType, wordsOf, type Paint } from "./words.ts";
import type { Severity } from "../deployment/events.ts";

export interface Diagnostic {
  readonly severity: Severity | "info#err";
  readonly urn: string;
  /** As the CLI prints it, "error: " and the like included. */
  readonly message: string;
  /** Only for the line of progress. */
  readonly passing: boolean;
  /** The program's own output is one text in the end. */
  readonly stream: number;
}

export class Row {
  step: StepView;
  readonly ended: StepView[] = [];
  readonly diagnostics: Diagnostic[] = [];
  hidden = true;
  failed = false;
  /** It stands for the stack, of which nothing was told yet. */
  standsIn = false;
  startedAt = performance.now();
  endedAt: number | undefined;

  constructor(step: StepView) {
    this.step = step;
  }

  get isStack(): boolean {
    return this.step.type === STACK_TYPE && !this.standsIn;
  }

  count(severity: "error" | "warning" | "info"): number {
    return this.diagnostics.filter((d) => !d.passing && d.severity.split("#")[0] === severity)
      .length;
  }

  isDone(allDone: boolean): boolean {
    if (this.failed || allDone) return true;
    return !this.isStack && this.ended.some((s) => s.op === this.step.op);
  }

  /** Seconds of the step, while it runs or when it has ended. */
  seconds(): number {
    return ((this.endedAt ?? performance.now()) - this.startedAt) / 1000;
  }

  status(preview: boolean, allDone: boolean): string {
    const { op } = this.step;
    const words = wordsOf(op);
    const failed = this.failed || this.count("error") > 0;
    let text: string;
    if (!this.isDone(allDone)) {
      if (this.isStack && op === "same") text = "running";
      else if (preview) text = words.plan;
      else text = words.doing && `${words.doing} (${Math.floor(this.seconds())}s)`;
    } else if (preview) text = words.planned;
    else {
      text = failed ? words.failed : words.done;
      if (op !== "same" && this.endedAt !== undefined) text += ` (${duration(this.seconds())})`;
      if (failed) text = `**${text}**`;
    }
    return retained(text, this.step);
  }

  info(allDone: boolean): string {
    let { step } = this;
    if (step.op === "create-replacement" || step.op === "delete-replaced")
      step = this.ended.findLast((s) => s.op === "replace") ?? step;
    const parts = [shortDiff(step)];
    if (allDone) {
      const counts = [
        [this.count("error"), "error"],
        [this.count("warning"), "warning"],
        [this.count("info"), "message"],
      ] as const;
      for (const [count, word] of counts)
        if (count > 0) parts.push(`${count} ${word}${count === 1 ? "" : "s"}`);
    } else parts.push(this.diagnostics.at(-1)?.message.trimEnd() ?? "");
    const text = parts.filter((p) => p !== "").join("; ");
    return text.split("\n", 1)[0]!;
  }

  text(preview: boolean, allDone: boolean, paint: Paint): string {
    const { op, type, urn } = this.step;
    const { raw, color } = wordsOf(op);
    const failed = this.failed || this.count("error") > 0;
    const status = paint(failed ? "red" : color, this.status(preview, allDone));
    return ` ${paint(color, raw)} ${shortType(type)} ${urnName(urn)} ${status} ${this.info(allDone)}`;
  }
}
