/** One phase of a command: a preview or the real thing, with its display and its books. */
import { DeploymentContext } from "../deployment/context.ts";
import { refuseState } from "../deployment/refuse.ts";
import { targetNotFound } from "../deployment/targets.ts";
import { BUILTIN } from "../deployment/urn.ts";
import type { Resource } from "../deployment/resource.ts";
import { SnapshotManager, type Save } from "../deployment/snapshot.ts";
import type { Display } from "../display/display.ts";
import type { Provider } from "../provider.ts";
import type { Snapshot } from "../state/checkpoint.ts";
import { projectProviders } from "./plugins.ts";
import type { Session } from "./session.ts";
import { openDisplay } from "./show.ts";

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
  /** One that is open already: a phase may be part of a greater one. */
  readonly display?: Display;
  readonly countRefresh?: boolean;
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

function continuesOnError({ arguments: args, env }: Session): boolean {
  if (args.command !== "up" && args.command !== "destroy") return false;
  if (args.flag("continue-on-error")) return true;
  return ["true", "1"].includes(env["PULUMI_CONTINUE_ON_ERROR"] ?? "");
}

export function startPhase(options: PhaseOptions): Phase {
  const { session, preview } = options;
  process.chdir(options.directory);
  const { arguments: args } = session;
  const display = options.display ?? begun(openDisplay(session, options));
  // Steps mark the resources they find; a preview must leave them as they are for the update after it.
  const found: Resource[] = options.base.resources.map((r) => ({ ...r }));
  for (const r of found) {
    display.redactor.learn(r.inputs);
    display.redactor.learn(r.outputs);
  }
  const { directory, cancelled } = options;
  const load = projectProviders(session, { directory, cancelled, emit: display.emit });
  const snapshot = new SnapshotManager({ ...options.base, resources: found }, options.save);
  const context = new DeploymentContext(
    {
      place: options.place,
      preview,
      parallel: parallelOf(session),
      continueOnError: continuesOnError(session),
      scope: {
        targets: [...args.list("target"), ...args.list("target-replace")],
        targetDependents: args.flag("target-dependents"),
        excluded: args.list("exclude"),
        excludeDependents: args.flag("exclude-dependents"),
        replace: [...args.list("replace"), ...args.list("target-replace")],
      },
      loadProvider: (pkg) => (pkg === BUILTIN ? builtins(session) : load(pkg)),
      seed: options.seed,
    },
    found,
    snapshot,
    display.emit,
    options.cancelled,
  );
  return { context, display };
}

function begun(display: Display): Display {
  display.emit({ kind: "prelude" });
  return display;
}

/** Before the first step: no run that only the CLI could bring to its end, and nothing that an interrupted one left. */
export async function prepare({ context }: Phase, base: Snapshot): Promise<void> {
  await refuseState(context);
  const urns = new Set(base.resources.map((r) => r.urn));
  for (const urn of context.scope.replacesNothing((known) => urns.has(known)))
    context.fail("", targetNotFound(urn));
  if (context.failed || base.pending.length === 0) return;
  const { recoverPending } = await import("../deployment/pending.ts");
  await recoverPending(context, base.pending);
}

/** Ends the display of a phase, with a word on what the single errors came to. */
export function finishPhase({ context, display }: Phase, preview: boolean): void {
  const failed = context.failed || context.complained || context.cancelled.aborted;
  const kind = preview ? "preview" : "update";
  if (context.programFailed) context.failed = true;
  else if (context.stepFailed || context.complained) context.fail("", `${kind} failed`);
  else if (context.cancelled.aborted) context.fail("", `${kind} canceled`);
  display.finish(failed);
}

async function builtins(session: Session): Promise<Provider> {
  const [{ builtinProvider }, { outputsOf }] = await Promise.all([
    import("../deployment/builtins.ts"),
    import("./stack-outputs.ts"),
  ]);
  return builtinProvider((name) => outputsOf(session, name));
}
