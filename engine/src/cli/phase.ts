/** One phase of a command: a preview or the real thing, with its display and its books. */
import { DeploymentContext } from "../deployment/context.ts";
import type { Resource } from "../deployment/resource.ts";
import { SnapshotManager, type Save } from "../deployment/snapshot.ts";
import { Redactor } from "../display/redact.ts";
import { Display } from "../display/display.ts";
import { EventLog } from "../display/event-log.ts";
import { liveScreen } from "../display/live.ts";
import { lineScreen } from "../display/plain.ts";
import type { Snapshot } from "../state/checkpoint.ts";
import type { Session } from "./session.ts";

export interface PhaseOptions {
  readonly session: Session;
  readonly title: string;
  readonly preview: boolean;
  readonly base: Snapshot;
  readonly save: Save | undefined;
  readonly place: { readonly stack: string; readonly project: string };
  /** Where the program runs; providers resolve relative paths against it too. */
  readonly directory: string;
  readonly seed: Uint8Array;
  readonly cancelled: AbortSignal;
  /** For --json: nothing but the result is printed. */
  readonly silent?: boolean;
}

export interface Phase {
  readonly context: DeploymentContext;
  readonly display: Display;
}

/** The CLI's own default: four times the processors, but at most 16 so that daemons are not flooded. */
const DEFAULT_PARALLEL = 16;

export function parallelOf(session: Session): number {
  const text = session.arguments.text("parallel");
  if (text === undefined) return DEFAULT_PARALLEL;
  const value = Number(text);
  if (!Number.isInteger(value))
    throw new Error(`flag --parallel: got "${text}", expected a whole number`);
  return value < 1 ? 1 : value;
}

export function startPhase(options: PhaseOptions): Phase {
  const { session, preview } = options;
  process.chdir(options.directory);
  const { paint, terminal } = session;
  const write = options.silent ? () => {} : terminal.write;
  const args = session.arguments;
  const diff = args.flag("diff");
  const redactor = new Redactor();
  const screen =
    session.interactive && !diff && !options.silent
      ? liveScreen({ write, paint, preview, terminal })
      : lineScreen({
          write,
          paint,
          preview,
          diff,
          clean: (text) => redactor.clean(text),
        });
  const logPath = args.text("event-log");
  const display = new Display({
    redactor,
    log: logPath === undefined ? undefined : new EventLog(logPath, preview),
    preview,
    paint,
    write,
    screen,
    title: options.title,
    showOutputs: !session.arguments.flag("suppress-outputs"),
    showSecrets: session.arguments.flag("show-secrets"),
  });
  // Steps mark the resources they find; a preview must leave them as they are for the update after it.
  const found: Resource[] = options.base.resources.map((r) => ({ ...r }));
  for (const r of found) {
    display.redactor.learn(r.inputs);
    display.redactor.learn(r.outputs);
  }
  const snapshot = new SnapshotManager({ ...options.base, resources: found }, options.save);
  const context = new DeploymentContext(
    {
      place: options.place,
      preview,
      parallel: parallelOf(session),
      scope: {
        targets: [...args.list("target"), ...args.list("target-replace")],
        targetDependents: args.flag("target-dependents"),
        excluded: args.list("exclude"),
        excludeDependents: args.flag("exclude-dependents"),
        replace: [...args.list("replace"), ...args.list("target-replace")],
      },
      loadProvider: session.loadProvider,
      seed: options.seed,
    },
    found,
    snapshot,
    display.emit,
    options.cancelled,
  );
  return { context, display };
}
