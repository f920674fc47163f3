/** Collects what happens in one phase (a preview, an update, a destroy …) and hands it to a view and to the event log. */
import type { Event, Op, Violation } from "../deployment/events.ts";
import { STACK_TYPE, makeUrn, type Place } from "../deployment/urn.ts";
import { equal } from "../values/property.ts";
import type { EventLog } from "./event-log.ts";
import { PolicyReport } from "./policies.ts";
import type { Redactor } from "./redact.ts";
import type { Diagnostic } from "./rows.ts";
import { Steps, isInternalStep, type StepView } from "./step.ts";
import type { View } from "./view.ts";
import type { Counts } from "./words.ts";

export interface DisplayOptions {
  readonly view: View;
  readonly redactor: Redactor;
  readonly log?: EventLog | undefined;
  /** A refresh by itself counts what it came to; one ahead of something else is not counted. */
  readonly countRefresh: boolean;
  readonly showSecrets: boolean;
}

const STREAMS = { stdout: 1, stderr: 2 } as const;

export const stackUrn = (place: Place): string =>
  makeUrn(place, "", STACK_TYPE, `${place.project}-${place.stack}`);

export class Display {
  readonly counts: Counts = {};
  readonly redactor: Redactor;
  readonly policies = new PolicyReport();
  private readonly options: DisplayOptions;
  private readonly steps: Steps;
  private readonly refreshing = new Set<string>();
  private readonly startedAt = performance.now();

  constructor(options: DisplayOptions) {
    this.options = options;
    this.steps = new Steps(options.showSecrets);
    this.redactor = options.redactor;
    options.view.begin();
  }

  readonly emit = (event: Event): void => {
    const { view, log } = this.options;
    switch (event.kind) {
      case "start": {
        this.learn(event);
        if (event.op === "refresh") this.refreshing.add(event.urn);
        const step = this.steps.begin(event);
        log?.pre(step);
        return view.pre(step);
      }
      case "done": {
        this.learn(event);
        const step = this.steps.end(event);
        this.count(step);
        // A component's outputs are told when it has registered them.
        if (
          step.now &&
          !step.now.custom &&
          !log?.preview &&
          step.op !== "delete" &&
          !this.refreshing.has(step.urn)
        ) {
          this.refreshing.delete(step.urn);
          return;
        }
        this.refreshing.delete(step.urn);
        log?.outputs(step);
        return view.outputs(step);
      }
      case "failed": {
        const step = this.steps.end(event);
        log?.failed(step);
        return view.failed(step);
      }
      case "outputs": {
        this.redactor.learn(event.now.outputs);
        const step = this.steps.outputs(event);
        if (!step) return;
        log?.outputs(step);
        return view.outputs(step);
      }
      case "diagnostic":
        return this.diagnostic({
          severity: event.severity,
          urn: event.urn,
          message: `${PREFIX[event.severity]}${event.message}\n`,
          passing: event.passing === true,
          stream: 0,
        });
      case "stdout":
        return this.diagnostic({
          severity: event.stream === "stderr" ? "info#err" : "info",
          urn: "",
          message: `${event.line}\n\n`,
          passing: false,
          stream: STREAMS[event.stream ?? "stdout"],
        });
      case "loading":
        log?.loading();
        return view.loading();
      case "prelude":
        return view.prelude();
      case "policy":
        return this.violated(event.violation);
      case "remediated": {
        const { remediation } = event;
        this.policies.remediated(remediation);
        log?.remediated(remediation);
        return view.remediated(remediation);
      }
      case "packs":
        return this.policies.add(event.packs);
    }
  };

  private violated(violation: Violation): void {
    const clean = { ...violation, message: this.redactor.clean(violation.message) };
    this.policies.violated(clean);
    this.options.log?.policy(clean);
    this.options.view.violated(clean);
  }

  private count(step: StepView): void {
    const refresh = this.refreshing.has(step.urn);
    if (isInternalStep(step) || !step.logical || (refresh && !this.options.countRefresh)) return;
    // What is read again and has not changed is nothing to tell.
    if (step.op === "read" && (!step.old || equal(step.old.outputs, step.now?.outputs ?? {})))
      return;
    this.counts[step.op] = (this.counts[step.op] ?? 0) + 1;
  }

  private learn(event: Extract<Event, { kind: "start" | "done" }>): void {
    for (const r of ["old" in event ? event.old : undefined, event.now]) {
      this.redactor.learn(r?.inputs);
      this.redactor.learn(r?.outputs);
    }
  }

  private diagnostic(diagnostic: Diagnostic): void {
    const clean = { ...diagnostic, message: this.redactor.clean(diagnostic.message) };
    this.options.log?.diagnostic(clean);
    this.options.view.diagnostic(clean);
  }

  /** Changes that the CLI counts as such. */
  get changes(): number {
    const ops: readonly Op[] = ["create", "update", "delete", "replace"];
    return ops.reduce((sum, op) => sum + (this.counts[op] ?? 0), 0);
  }

  finish(failed: boolean): void {
    const { counts, policies } = this;
    const seconds = (performance.now() - this.startedAt) / 1000;
    this.options.log?.finish(counts, failed, policies.names());
    this.options.view.finish({ counts, seconds, failed, policies });
  }

  abort(): void {
    this.options.log?.close();
    this.options.view.abort();
  }
}

const PREFIX = { debug: "debug: ", info: "", warning: "warning: ", error: "error: " } as const;
