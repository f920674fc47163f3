/** up and preview: a run of the program against the state. */
import type { Policies } from "../language/policy.ts";
import type { PackRequest, StartedPack, StartedPacks } from "../language/policy-start.ts";
import type { Doorway, Program, ProgramOptions } from "../language/program.ts";
import { EXIT, EngineError } from "../errors.ts";
import { newSeed } from "../deployment/context.ts";
import type { Config } from "../project/config.ts";
import type { Project } from "../project/project.ts";
import type { StackFile } from "../project/stackfile.ts";
import type { StackFiles } from "../state/backend.ts";
import type { Snapshot } from "../state/checkpoint.ts";
import { listenForCancellation } from "./cancellation.ts";
import { askedPacks, awaitPacks, launchPacks } from "./packs.ts";
import { finishPhase, parallelOf, prepare, startPhase, type Phase } from "./phase.ts";
import type { View } from "../display/view.ts";
import type { Session } from "./session.ts";
import { configFor } from "./run-config.ts";
import { openDisplay } from "./show.ts";
import { lockStack, openState, type OpenState } from "./stack-state.ts";
import { confirmOrRefuse, failureOf, keep, recordHistory, type Outcome } from "./outcome.ts";

interface Run {
  readonly session: Session;
  readonly project: Project;
  readonly files: StackFiles;
  readonly file: StackFile;
  readonly seed: Uint8Array;
  readonly cancelled: AbortSignal;
  config: Config;
  readonly packs: readonly PackRequest[];
}

export async function up(session: Session): Promise<number> {
  return operate(session, false);
}

export async function preview(session: Session): Promise<number> {
  return operate(session, true);
}

async function operate(session: Session, previewOnly: boolean): Promise<number> {
  const args = session.arguments;
  const skipPreview = args.flag("skip-preview");
  if (!previewOnly) confirmOrRefuse.check(session, "update");
  const packs = await askedPacks(session);
  const [project, files] = await Promise.all([session.project(), session.stackFiles()]);
  const file = await session.stackFile(files.stack);
  const cancellation = listenForCancellation(session, previewOnly ? "preview" : "update");
  let current: Program | undefined;
  cancellation.atOnce(() => current?.kill());
  const run: Run = {
    session,
    project,
    files,
    file,
    seed: newSeed(),
    cancelled: cancellation.signal,
    config: await configFor(session, project, files, file),
    packs,
  };
  // The program loads while the state is read and the passphrase proved: it only waits for answers.
  let started = await launch(run, previewOnly || !skipPreview);
  current = started.program;
  let release: (() => Promise<void>) | undefined;
  try {
    if (!previewOnly) {
      const lock = await lockStack(session, files);
      release = () => lock.release();
      cancellation.atOnce(() => lock.drop());
    }
    const state = await openState(session, files, file);
    if (previewOnly || !skipPreview) {
      const outcome = await perform(run, state, started, true);
      if (outcome.exitCode !== EXIT.ok || previewOnly) return outcome.exitCode;
      await confirmOrRefuse.ask(session, "update", files.stack);
      started = await launch(run, false);
      current = started.program;
    }
    return (await perform(run, state, started, false)).exitCode;
  } finally {
    started.program.kill();
    started.doorway.close();
    for (const pack of (await started.packs?.catch(() => [])) ?? []) pack.close();
    await release?.();
    cancellation.dispose();
  }
}

type OnLine = ProgramOptions["onLine"];

interface Started {
  readonly doorway: Doorway;
  readonly program: Program;
  /** Lines of the program from before its phase had a display. */
  readonly early: Parameters<OnLine>[];
  readonly listener: { onLine: OnLine };
  readonly packs: StartedPacks | undefined;
}

async function launch(run: Run, dryRun: boolean): Promise<Started> {
  const { Doorway, startProgram } = await import("../language/program.ts");
  const doorway = await Doorway.open();
  const { session, config, project, files } = run;
  const early: Parameters<OnLine>[] = [];
  const listener: { onLine: OnLine } = { onLine: (...line) => void early.push(line) };
  const onLine: OnLine = (line, stream) => listener.onLine(line, stream);
  const program = startProgram({
    project,
    stack: files.stack,
    config,
    preview: dryRun,
    parallel: parallelOf(session),
    address: doorway.address,
    debugging: session.arguments.text("event-log") !== undefined || session.arguments.flag("debug"),
    onLine,
  });
  const launched = await launchPacks(run.packs, {
    config,
    project: project.name,
    stack: files.stack,
    preview: dryRun,
    address: doorway.address,
    onLine: (line) => onLine(line, "stderr"),
  });
  return { doorway, program, packs: launched?.packs, early, listener };
}

async function perform(
  run: Run,
  state: OpenState,
  started: Started,
  dryRun: boolean,
): Promise<Outcome> {
  const { session, files } = run;
  const args = session.arguments;
  const startedAt = Date.now();
  const loaded = import("../language/run.ts");
  const json = args.flag("json");
  const place = { stack: files.stack, project: run.project.name };
  const view = json ? await digest(run) : undefined;
  const display = openDisplay(session, {
    title: `${dryRun ? "Previewing update" : "Updating"} (${files.stack})`,
    preview: dryRun,
    place,
    ...(view ? { view } : {}),
  });
  const record = (succeeded: boolean): Promise<void> =>
    dryRun
      ? Promise.resolve()
      : recordHistory(files, run.file, {
          kind: "update",
          message: args.text("message") ?? "",
          startedAt,
          succeeded,
          counts: display.counts,
        });
  let packs: readonly StartedPack[];
  try {
    packs = await awaitPacks(started.packs, display);
  } catch (error) {
    display.abort();
    await record(false);
    throw error;
  }
  display.emit({ kind: "prelude" });
  let base: Snapshot = state.base;
  if (args.flag("refresh")) {
    const { refreshBase } = await import("./refresh.ts");
    base = await refreshBase(run, state, dryRun, display);
  }
  const phase = startPhase({
    session,
    title: "",
    preview: dryRun,
    base,
    save: dryRun ? undefined : state.save,
    place,
    directory: run.project.pwd,
    seed: run.seed,
    cancelled: run.cancelled,
    display,
  });
  const { context } = phase;
  for (const { text, secret } of run.config.values())
    if (secret) display.redactor.learn(text, true);
  started.listener.onLine = (line, stream) => context.emit({ kind: "stdout", line, stream });
  for (const line of started.early.splice(0)) started.listener.onLine(...line);
  const [{ runProgram }, { Deployment }] = await Promise.all([
    loaded,
    import("../deployment/deployment.ts"),
  ]);
  const deployment = new Deployment(context);
  let policies: Policies | undefined;
  try {
    await prepare(phase, base);
    if (context.failed) return await conclude(run, phase, dryRun, record);
    if (packs.length > 0) {
      const { attachPolicies } = await import("../language/policy.ts");
      policies = attachPolicies(packs, deployment);
    }
    await runProgram({
      deployment,
      doorway: started.doorway,
      program: started.program,
      config: run.config,
      root: run.project.root,
      afterSteps: async () => policies?.checkStack(),
    });
  } catch (error) {
    context.failOf("", error);
  } finally {
    policies?.close();
  }
  return conclude(run, phase, dryRun, record);
}

async function digest({ session, config }: Run): Promise<View> {
  const { Digest } = await import("../display/digest.ts");
  const shown = [...config].map(([key, v]) => [key, v.secret ? "[secret]" : v.text] as const);
  return new Digest(session.terminal.write, Object.fromEntries(shown));
}

async function conclude(
  run: Run,
  phase: Phase,
  dryRun: boolean,
  record: (succeeded: boolean) => Promise<void>,
): Promise<Outcome> {
  const { session } = run;
  const { display } = phase;
  await keep(phase, record);
  finishPhase(phase, dryRun);
  const exitCode = failureOf(phase);
  if (exitCode !== undefined) return { exitCode };
  const { command } = session.arguments;
  const decides = dryRun === (command === "preview");
  if (decides && session.arguments.flag("expect-no-changes") && display.changes > 0)
    throw new EngineError(
      `no changes were expected for ${dryRun ? "preview" : "update"} but changes were proposed`,
      EXIT.noChanges,
    );
  return { exitCode: EXIT.ok };
}

export type { Run };
