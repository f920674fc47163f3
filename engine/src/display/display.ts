/** Collects what happens in one phase (a preview, an update, a destroy …) and hands it to a screen or a log. */
import type { Event, Op, Violation } from "../deployment/events.ts";
import type { Resource } from "../deployment/resource.ts";
import { STACK_TYPE, isProviderType, urnName, urnType } from "../deployment/urn.ts";
import type { Values } from "../values/property.ts";
import type { EventLog } from "./event-log.ts";
import type { Redactor } from "./redact.ts";
import { countLines, duration, type Counts, type Paint } from "./words.ts";
import { outputLines } from "./values.ts";

export interface Row {
  readonly urn: string;
  readonly type: string;
  readonly parent: string;
  op: Op;
  /** Where it stands: "creating", "failed", … */
  state: "running" | "done" | "failed";
  startedAt: number;
  seconds: number;
  changed: readonly string[];
  /** The latest line of the running call. */
  note: string;
  old?: Resource | undefined;
  now?: Resource | undefined;
}

export interface Diagnostic {
  readonly severity: "info" | "warning" | "error";
  readonly urn: string;
  readonly message: string;
}

/** Shows progress; told of every change, and when to be gone. */
export interface Screen {
  begin(title: string): void;
  row(row: Row): void;
  line(text: string): void;
  end(): void;
}

export interface DisplayOptions {
  readonly preview: boolean;
  readonly paint: Paint;
  readonly write: (text: string) => void;
  readonly showOutputs: boolean;
  readonly showSecrets: boolean;
  readonly screen: Screen;
  readonly redactor: Redactor;
  readonly log?: EventLog | undefined;
  /** "Previewing update (dev)". */
  readonly title: string;
}

export class Display {
  readonly counts: Counts = {};
  readonly rows = new Map<string, Row>();
  readonly redactor: Redactor;
  readonly diagnostics: Diagnostic[] = [];
  readonly violations: Violation[] = [];
  stackOutputs: { old: Values | undefined; now: Values } | undefined;
  private readonly options: DisplayOptions;
  private readonly startedAt = performance.now();

  constructor(options: DisplayOptions) {
    this.options = options;
    this.redactor = options.redactor;
    options.screen.begin(options.title);
  }

  readonly emit = (event: Event): void => {
    this.options.log?.emit(event);
    switch (event.kind) {
      case "start":
      case "done":
      case "failed":
        return this.progress(event);
      case "diagnostic":
        return this.diagnostic(event);
      case "stdout":
        return this.diagnostic({
          kind: "diagnostic",
          severity: "info",
          urn: "",
          message: event.line,
        });
      case "policy":
        this.violations.push(event.violation);
        return;
      case "outputs":
        if (event.now.type === STACK_TYPE)
          this.stackOutputs = { old: event.old?.outputs, now: event.now.outputs };
        this.redactor.learn(event.now.outputs);
        return;
    }
  };

  private progress(event: Extract<Event, { kind: "start" | "done" | "failed" }>): void {
    const { urn, type, op } = event;
    if (isDefaultProvider(urn, type)) return;
    const known = "old" in event ? event : undefined;
    for (const r of [known?.old, known?.now]) {
      this.redactor.learn(r?.inputs);
      this.redactor.learn(r?.outputs);
    }
    if ("now" in event) this.redactor.learn(event.now?.outputs);
    let row = this.rows.get(urn);
    if (!row) {
      const parent = (known?.now ?? known?.old)?.parent ?? "";
      row = {
        urn,
        type,
        parent,
        op,
        state: "running",
        startedAt: performance.now(),
        seconds: 0,
        changed: [],
        note: "",
      };
      this.rows.set(urn, row);
    }
    row.op = op;
    if (event.kind === "start") {
      row.state = "running";
      row.startedAt = performance.now();
      row.changed = event.diff?.changed ?? row.changed;
      row.old = event.old ?? row.old;
      row.now = event.now ?? row.now;
    } else {
      row.state = event.kind;
      row.seconds = event.seconds;
      row.note = "";
      if (event.kind === "done") this.counts[op] = (this.counts[op] ?? 0) + 1;
    }
    this.options.screen.row(row);
  }

  private diagnostic(event: Extract<Event, { kind: "diagnostic" }>): void {
    if (event.severity === "debug") return;
    const message = this.redactor.clean(event.message);
    const row = this.rows.get(event.urn);
    if (event.passing && event.severity === "info") {
      if (row) {
        row.note = message.split("\n").at(-1)!.trim();
        this.options.screen.row(row);
      } else this.options.screen.line(message);
      return;
    }
    this.diagnostics.push({ severity: event.severity, urn: event.urn, message });
  }

  /** Changes that the CLI counts as such. */
  get changes(): number {
    return (["create", "update", "delete", "replace"] as const).reduce(
      (sum, op) => sum + (this.counts[op] ?? 0),
      0,
    );
  }

  /** Ends the event log, when there is one. */
  endLog(failed: boolean): void {
    this.options.log?.finish(this.counts, failed);
  }

  finish(failed: boolean): void {
    this.endLog(failed);
    const { paint, preview, write, showOutputs, showSecrets, screen } = this.options;
    screen.end();
    const out: string[] = [];
    this.addDiagnostics(out);
    this.addViolations(out);
    if (showOutputs && this.stackOutputs) {
      const { old, now } = this.stackOutputs;
      const lines = outputLines(old, now, paint, showSecrets);
      if (lines.length > 0) out.push(paint("bold", "Outputs:"), ...lines, "");
    }
    const counted = countLines(this.counts, preview, paint);
    out.push(paint("bold", "Resources:"), ...(counted.length > 0 ? counted : ["    no changes"]));
    if (!preview)
      out.push(
        "",
        `${paint("bold", "Duration:")} ${duration((performance.now() - this.startedAt) / 1000)}`,
      );
    write(`${out.join("\n")}\n\n`);
  }

  private addDiagnostics(out: string[]): void {
    if (this.diagnostics.length === 0) return;
    const { paint } = this.options;
    const groups = new Map<string, Diagnostic[]>();
    for (const d of this.diagnostics) groups.set(d.urn, [...(groups.get(d.urn) ?? []), d]);
    out.push(paint("bold", "Diagnostics:"));
    for (const [urn, list] of groups) {
      const who = urn === "" ? "the program" : `${shortType(urnType(urn))} (${urnName(urn)})`;
      out.push(`  ${paint("cyan", who)}:`);
      for (const { severity, message } of list) {
        const color = severity === "error" ? "red" : "yellow";
        const label = severity === "info" ? "" : `${paint(color, `${severity}:`)} `;
        out.push(`    ${label}${message.replaceAll("\n", "\n    ")}`);
      }
      out.push("");
    }
  }

  private addViolations(out: string[]): void {
    if (this.violations.length === 0) return;
    const { paint } = this.options;
    out.push(paint("bold", "Policies:"));
    for (const v of this.violations) {
      const level =
        v.level === "mandatory" ? paint("red", "[mandatory]") : paint("yellow", "[advisory]");
      const who = v.urn ? ` (${shortType(urnType(v.urn))}: ${urnName(v.urn)})` : "";
      out.push(
        `  ${level} ${v.policy}${who}`,
        `    ${this.redactor.clean(v.message).replaceAll("\n", "\n    ")}`,
      );
    }
    out.push("");
  }
}

/** Default providers are the engine's own affair: the CLI neither shows nor counts them. */
function isDefaultProvider(urn: string, type: string): boolean {
  return isProviderType(type) && /^default(_|$)/.test(urnName(urn));
}

/** "docker:index/container:Container" is shown as "docker:index:Container". */
export function shortType(type: string): string {
  const [pkg, module, name] = type.split(":");
  if (name === undefined) return type;
  return `${pkg}:${module!.split("/")[0]}:${name}`;
}
