/** destroy: everything in the state goes, dependants first. The program is not run. */
import { EXIT } from "../errors.ts";
import { newSeed } from "../deployment/context.ts";
import { destroy as destroyAll, refuseDeleteHooks } from "../deployment/deletes.ts";
import { checkTargets } from "../deployment/targets.ts";
import type { Display } from "../display/display.ts";
import { listenForCancellation } from "./cancellation.ts";
import { confirmOrRefuse, failureOf, keep, recordHistory } from "./outcome.ts";
import { finishPhase, prepare, startPhase, type Phase } from "./phase.ts";
import { openDisplay } from "./show.ts";
import type { Session } from "./session.ts";
import { lockStack, openState } from "./stack-state.ts";

export async function destroy(session: Session): Promise<number> {
  const args = session.arguments;
  const previewOnly = args.flag("preview-only");
  if (!previewOnly) confirmOrRefuse.check(session, "destroy");
  const [project, files] = await Promise.all([session.project(), session.stackFiles()]);
  const file = await session.stackFile(files.stack);
  const cancellation = listenForCancellation(session, previewOnly ? "preview" : "destroy");
  const lock = previewOnly ? undefined : await lockStack(session, files);
  if (lock) cancellation.atOnce(() => lock.drop());
  try {
    const state = await openState(session, files, file);
    const run = { session, project, files, seed: newSeed(), cancelled: cancellation.signal };
    const record = (display: Display, startedAt: number, succeeded: boolean): Promise<void> =>
      recordHistory(files, file, {
        kind: "destroy",
        message: args.text("message") ?? "",
        startedAt,
        succeeded,
        counts: display.counts,
      });
    const phaseOf = async (preview: boolean, startedAt: number): Promise<Phase> => {
      const place = { stack: files.stack, project: project.name };
      const display = openDisplay(session, {
        title: `${preview ? "Previewing destroy" : "Destroying"} (${files.stack})`,
        preview,
        place,
      });
      try {
        refuseDeleteHooks(state.base.resources, display.emit);
      } catch (error) {
        display.abort();
        if (!preview) await record(display, startedAt, false);
        throw error;
      }
      display.emit({ kind: "prelude" });
      let base = state.base;
      if (args.flag("refresh")) {
        const { refreshBase } = await import("./refresh.ts");
        base = await refreshBase(run, state, preview, display);
      }
      const phase = startPhase({
        session,
        title: "",
        preview,
        base,
        save: preview ? undefined : state.save,
        place,
        directory: project.pwd,
        seed: run.seed,
        cancelled: cancellation.signal,
        display,
      });
      checkTargets(phase.context.scope, base.resources);
      try {
        await prepare(phase, base);
        if (!phase.context.failed) await destroyAll(phase.context);
      } catch (error) {
        phase.context.failOf("", error);
      }
      return phase;
    };
    if (previewOnly || !args.flag("skip-preview")) {
      const phase = await phaseOf(true, Date.now());
      finishPhase(phase, true);
      const exitCode = failureOf(phase);
      if (exitCode !== undefined) return exitCode;
      if (previewOnly) return EXIT.ok;
      await confirmOrRefuse.ask(session, "destroy", files.stack);
    }
    const startedAt = Date.now();
    const phase = await phaseOf(false, startedAt);
    const { context, display } = phase;
    await keep(phase, (succeeded) => record(display, startedAt, succeeded));
    finishPhase(phase, false);
    const exitCode = failureOf(phase);
    if (exitCode !== undefined) return exitCode;
    if (args.flag("remove")) {
      const { removeStack } = await import("./stack.ts");
      await removeStack(session, files, file, false);
      session.print(
        `The resources in the stack have been deleted, and the stack ${files.stack} was removed.`,
      );
    } else if (!context.scope.targets.constrained)
      session.print(
        "The resources in the stack have been deleted, but the history and configuration associated with the stack are still maintained.\n" +
          `If you want to remove the stack completely, run \`pulumi stack rm ${files.stack}\`.`,
      );
    return EXIT.ok;
  } finally {
    await lock?.release();
    cancellation.dispose();
  }
}
