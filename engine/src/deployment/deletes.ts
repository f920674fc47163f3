/** Deleting: what a program no longer registers, what replacements left, and everything at a destroy. */
import type { DeploymentContext } from "./context.ts";
import { EngineError } from "../errors.ts";
import type { Emit, Op } from "./events.ts";
import { deleteOrder, runGraph } from "./graph.ts";
import { references } from "./integrity.ts";
import type { Resource } from "./resource.ts";
import { runStep } from "./steps.ts";

export function deleteUnregistered(context: DeploymentContext): Promise<void> {
  const wanted = context.found.filter(
    (r) =>
      r.delete || (!context.operated.has(r.urn) && context.aliases.nowCalled(r.urn) === undefined),
  );
  const kept = whatFailedStandsOn(context);
  return deleteAll(
    context,
    wanted.filter((r) => !kept.has(r.urn)),
  );
}

/** A run that goes on after errors leaves in place what the resources that failed, and are as they were, need. */
function whatFailedStandsOn({ found, left }: DeploymentContext): Set<string> {
  const out = new Set<string>();
  // Dependencies come before what stands on them.
  for (const r of found.toReversed())
    if (left.has(r.urn) || out.has(r.urn)) for (const urn of references(r)) out.add(urn);
  return out;
}

export function destroy(context: DeploymentContext): Promise<void> {
  return deleteAll(context, context.found);
}

/** A destroy is without the program, whose functions the hooks are. */
export function refuseDeleteHooks(resources: readonly Resource[], emit: Emit): void {
  const hooked = resources.filter((r) => deleteHooks(r).length > 0);
  if (hooked.length === 0) return;
  for (const r of hooked) {
    const names = deleteHooks(r).join(", ");
    const message = `Resource has delete hooks registered, but the program is not running. Hooks: ${names}`;
    emit({ kind: "diagnostic", severity: "error", urn: r.urn, message });
  }
  throw new EngineError(
    "You must run with the `--run-program` flag to use delete hooks during destroy.",
  );
}

const deleteHooks = ({ resourceHooks }: Resource): string[] => [
  ...(resourceHooks?.["BeforeDelete"] ?? []),
  ...(resourceHooks?.["AfterDelete"] ?? []),
];

async function deleteAll(context: DeploymentContext, wanted: readonly Resource[]): Promise<void> {
  const reached = withinScope(context, wanted);
  const chosen = wanted.filter((r) => reached.has(r.urn));
  if (refuseUnnamed(context, chosen)) return;
  // Those that the run is not about are told of as a program that registers them would have it.
  for (const r of wanted)
    if (!reached.has(r.urn) && !context.operated.has(r.urn)) tellSame(context, r);
  for (const r of chosen) context.deleted.set(r.urn, []);
  await runGraph(deleteOrder(chosen), async (r) => {
    // What a protected or failed resource stands on stays: runGraph skips all that waits for it.
    if (context.stopped) return false;
    return context.limited((release) =>
      context.stopped
        ? Promise.resolve(false)
        : runStep(context, { op: deletion(r), urn: r.urn, old: r }, release),
    );
  });
}

function tellSame({ emit }: DeploymentContext, r: Resource): void {
  const { urn, type } = r;
  emit({ kind: "start", op: "same", urn, type, old: r, now: r });
  emit({ kind: "done", op: "same", urn, type, seconds: 0, now: r });
}

/** What was only read is let go of. */
function deletion(r: Resource): Op {
  if (r.delete) return r.external ? "discard-replaced" : "delete-replaced";
  if (r.pendingReplacement) return "remove-pending-replace";
  return r.external ? "discard" : "delete";
}

/** The urns of what may go: targets and all that hangs on them, or all but what is excluded and what that stands on. */
function withinScope(context: DeploymentContext, wanted: readonly Resource[]): Set<string> {
  const { targets, excluded, withoutDependants } = context.scope;
  const named = ({ urn }: Resource): boolean =>
    targets.constrained ? targets.names(urn) : excluded.names(urn);
  const out = new Set(context.found.filter(named).map((r) => r.urn));
  if (targets.constrained) {
    addDependants(context.found, out);
    return out;
  }
  // Dependencies come before what stands on them.
  for (const r of context.found.toReversed())
    if (out.has(r.urn)) for (const urn of references(r)) out.add(urn);
  if (excluded.constrained && withoutDependants) addDependants(context.found, out);
  return new Set(wanted.map((r) => r.urn).filter((urn) => !out.has(urn)));
}

function addDependants(resources: readonly Resource[], reached: Set<string>): void {
  for (const r of resources)
    if ([...references(r)].some((urn) => reached.has(urn))) reached.add(r.urn);
}

/** In a preview the user hears of all of them and sees the rest. */
function refuseUnnamed(context: DeploymentContext, chosen: readonly Resource[]): boolean {
  const { targets, withDependants } = context.scope;
  if (!targets.constrained || withDependants) return false;
  const unnamed = chosen.filter(({ urn }) => !targets.names(urn));
  for (const { urn } of unnamed)
    context.complain(
      urn,
      `Resource '${urn}' will be destroyed but was not specified in --target list.\n` +
        "Either include resource in --target list or pass --target-dependents to proceed.",
    );
  return unnamed.length > 0 && !context.options.preview;
}
