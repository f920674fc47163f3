/** Runs one step: what it changes (changes.ts), the hooks before and after it, the events around it. */
import { create, remove, same, update } from "./changes.ts";
import type { DeploymentContext } from "./context.ts";
import type { Op } from "./events.ts";
import { cannotDelete } from "./rules.ts";
import { runAfterHooks, runHooks } from "./hooks.ts";
import { importInto, read } from "./reads.ts";
import type { Step } from "./step.ts";

const typeOf = (step: Step): string => (step.now ?? step.old)!.type;

/**
 * True when the step succeeded and is in state. Failures are shown and stop the deployment; they do not throw.
 * `release` is called when the provider has answered: waiting for the disk needs no place among the parallel steps.
 */
export async function runStep(
  context: DeploymentContext,
  step: Step,
  release?: () => void,
): Promise<boolean> {
  const { op, urn } = step;
  const type = typeOf(step);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  context.emit({ kind: "start", op, urn, type, old: step.old, now: step.now, diff: step.diff });
  const hooked = HOOKED[op];
  const before = hooked === "Create" ? undefined : step.old;
  try {
    refuseProtected(step);
    if (hooked) await runHooks(context, `Before${hooked}`, before, step.now);
    await act(context, step, release);
  } catch (error) {
    const { preview } = context.options;
    context.left.add(urn);
    // Nothing was tried with what is protected, so the others go on.
    if (error instanceof Protected)
      context.complain(urn, `${preview ? "Preview failed: " : ""}${error.message}`);
    else context.failStep(urn, error);
    // A preview has not tried it: it is neither done nor failed.
    if (!preview) context.emit({ kind: "failed", op, urn, type, seconds: seconds() });
    return false;
  }
  // Those of a component wait for its outputs.
  if (hooked && (hooked === "Delete" || step.now!.custom))
    await runAfterHooks(context, `After${hooked}`, before, step.now);
  context.emit({ kind: "done", op, urn, type, seconds: seconds(), now: step.now });
  return true;
}

class Protected extends Error {}

function refuseProtected({ op, old }: Step): void {
  if ((op === "delete" || op === "discard") && old!.protect)
    throw new Protected(cannotDelete(old!.urn));
}

/** Whose hooks an operation runs. */
export const HOOKED: Partial<Record<Op, "Create" | "Update" | "Delete">> = {
  create: "Create",
  "create-replacement": "Create",
  update: "Update",
  delete: "Delete",
  "delete-replaced": "Delete",
  discard: "Delete",
  "discard-replaced": "Delete",
};

function act(context: DeploymentContext, step: Step, release = (): void => {}): Promise<void> {
  if (step.notMade) return Promise.resolve();
  switch (step.op) {
    case "same":
      return same(context, step.old!, step.now!);
    case "create":
    case "create-replacement":
      return create(context, step, release);
    case "update":
      return update(context, step.old!, step.now!, release);
    case "delete":
    case "delete-replaced":
    case "discard":
    case "discard-replaced":
    case "remove-pending-replace":
      return remove(context, step, release);
    case "read":
    case "read-replacement":
      return read(context, step);
    case "import":
    case "import-replacement":
      return importInto(context, step);
    default:
      return Promise.resolve();
  }
}
