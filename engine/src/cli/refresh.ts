/** refresh: state takes what the real objects say. */
import { EXIT } from "../errors.ts";
import { newSeed } from "../deployment/context.ts";
import { refreshAll, withoutDangling } from "../deployment/refresh.ts";
import { refuseState } from "../deployment/refuse.ts";
import { checkTargets } from "../deployment/targets.ts";
import type { Snapshot } from "../state/checkpoint.ts";
import { normalize } from "../deployment/integrity.ts";
import { listenForCancellation } from "./cancellation.ts";
import { confirmOrRefuse, failureOf, keep, recordHistory } from "./outcome.ts";
import { finishPhase, startPhase, type Phase } from "./phase.ts";
import type { Display } from "../display/display.ts";
import type { Session } from "./session.ts";
import { lockStack, openState, type OpenState } from "./stack-state.ts";
import { EngineError } from "../errors.ts";

interface Place {
  readonly session: Session;
  readonly project: { readonly name: string; readonly pwd: string };
  readonly files: { readonly stack: string };
  readonly seed: Uint8Array;
  readonly cancelled: AbortSignal;
}

/** Refreshes ahead of another operation; returns the state to go on from. */
export async function refreshBase(
  place: Place,
  state: OpenState,
  preview: boolean,
  display: Display,
): Promise<Snapshot> {
  const { snapshot, phase } = await run(place, state, preview, display);
  if (phase.context.failed) {
    phase.display.finish(true);
    throw new EngineError("refresh failed", phase.context.exitCode);
  }
  return snapshot;
}

async function run(
  place: Place,
  state: OpenState,
  preview: boolean,
  display?: Display,
): Promise<{ snapshot: Snapshot; phase: Phase }> {
  const phase = startPhase({
    session: place.session,
    title: `${preview ? "Previewing refresh" : "Refreshing"} (${place.files.stack})`,
    preview,
    base: state.base,
    save: undefined,
    place: { stack: place.files.stack, project: place.project.name },
    directory: place.project.pwd,
    seed: place.seed,
    cancelled: place.cancelled,
    countRefresh: true,
    ...(display ? { display } : {}),
  });
  const { context } = phase;
  checkTargets(context.scope, state.base.resources);
  await refuseState(context);
  if (context.failed) return { snapshot: state.base, phase };
  let { pending } = state.base;
  if (!preview && pending.length > 0) {
    const { recoverPending } = await import("../deployment/pending.ts");
    // Whatever else was going on shows when all is read.
    await recoverPending(
      context,
      pending.filter(({ type }) => type === "creating"),
    );
    pending = [];
  }
  const results = await refreshAll(context, display === undefined);
  const resources = results.map((r) => r.now).filter((r) => r !== undefined);
  const settled = withoutDangling(resources);
  const snapshot = { ...state.base, pending, resources: normalize(settled) };
  const before = state.base.resources;
  const changed =
    pending !== state.base.pending ||
    settled.length !== before.length ||
    settled.some((r, i) => r !== before[i]);
  if (!preview && changed)
    await state.save(snapshot).catch((error: unknown) => context.failOf("", error));
  return { snapshot, phase };
}

export async function refresh(session: Session): Promise<number> {
  const previewOnly = session.arguments.flag("preview-only");
  if (!previewOnly) confirmOrRefuse.check(session, "refresh");
  const [project, files] = await Promise.all([session.project(), session.stackFiles()]);
  const file = await session.stackFile(files.stack);
  const cancellation = listenForCancellation(session, previewOnly ? "preview" : "refresh");
  const lock = previewOnly ? undefined : await lockStack(session, files);
  if (lock) cancellation.atOnce(() => lock.drop());
  try {
    const state = await openState(session, files, file);
    const place = { session, project, files, seed: newSeed(), cancelled: cancellation.signal };
    if (previewOnly || !session.arguments.flag("skip-preview")) {
      const { phase } = await run(place, state, true);
      finishPhase(phase, true);
      const exitCode = failureOf(phase);
      if (exitCode !== undefined) return exitCode;
      if (previewOnly) return EXIT.ok;
      await confirmOrRefuse.ask(session, "refresh", files.stack);
    }
    const startedAt = Date.now();
    const { phase } = await run(place, state, false);
    await keep(phase, (succeeded) =>
      recordHistory(files, file, {
        kind: "refresh",
        message: session.arguments.text("message") ?? "",
        startedAt,
        succeeded,
        counts: phase.display.counts,
      }),
    );
    finishPhase(phase, false);
    const exitCode = failureOf(phase);
    if (exitCode !== undefined) return exitCode;
    if (session.arguments.flag("expect-no-changes") && phase.display.changes > 0)
      throw new EngineError(
        "no changes were expected for refresh but changes were proposed",
        EXIT.noChanges,
      );
    return EXIT.ok;
  } finally {
    await lock?.release();
    cancellation.dispose();
  }
}
