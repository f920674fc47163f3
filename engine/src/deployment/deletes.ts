/** Deleting: what a program no longer registers, what replacements left, and everything at a destroy. */
import type { DeploymentContext } from "./context.ts";
import { cannotDelete } from "./rules.ts";
import type { Op } from "./events.ts";
import { deleteOrder, dependantsOf, runGraph } from "./graph.ts";
import type { Resource } from "./resource.ts";
import { runStep } from "./steps.ts";

export function deleteUnregistered(context: DeploymentContext): Promise<void> {
  const wanted = context.found.filter(
    (r) =>
      r.delete || (!context.operated.has(r.urn) && context.aliases.nowCalled(r.urn) === undefined),
  );
  return deleteAll(context, wanted);
}

/** Without the program, whose functions the hooks are. */
export async function destroy(context: DeploymentContext): Promise<void> {
  const hooked = context.found.filter((r) => deleteHooks(r).length > 0);
  for (const r of hooked)
    context.fail(
      r.urn,
      "Resource has delete hooks registered, but the program is not running. " +
        `Hooks: ${deleteHooks(r).join(", ")}`,
    );
  if (hooked.length > 0)
    context.fail(
      "",
      "You must run with the `--run-program` flag to use delete hooks during destroy.",
    );
  else await deleteAll(context, context.found);
}

const deleteHooks = ({ resourceHooks }: Resource): string[] => [
  ...(resourceHooks?.["BeforeDelete"] ?? []),
  ...(resourceHooks?.["AfterDelete"] ?? []),
];

async function deleteAll(context: DeploymentContext, wanted: readonly Resource[]): Promise<void> {
  const chosen = withinTargets(context, wanted);
  const going = new Set(
    chosen.filter((r) => !context.scope.excluded.names(r.urn) && !isProtected(context, r)),
  );
  for (const r of going) if (!r.delete) context.deleted.set(r.urn, []);
  const waitsFor = deleteOrder(chosen);
  await runGraph(waitsFor, async (r) => {
    // What a protected or failed resource stands on stays: runGraph skips all that waits for it.
    if (!going.has(r) || context.stopped) return false;
    return context.limited((release) =>
      context.stopped
        ? Promise.resolve(false)
        : runStep(context, { op: deletion(r), urn: r.urn, old: r }, release),
    );
  });
}

/** What was only read is let go of. */
function deletion(r: Resource): Op {
  if (r.delete) return r.external ? "discard-replaced" : "delete-replaced";
  if (r.pendingReplacement) return "remove-pending-replace";
  return r.external ? "discard" : "delete";
}

function isProtected(context: DeploymentContext, r: Resource): boolean {
  if (!r.protect || r.delete || r.pendingReplacement) return false;
  // The others still go, as far as they may.
  context.complain(r.urn, cannotDelete(r.urn));
  return true;
}

function withinTargets(context: DeploymentContext, wanted: readonly Resource[]): Resource[] {
  const { targets, withDependants } = context.scope;
  if (!targets.constrained) return [...wanted];
  const named = wanted.filter((r) => targets.names(r.urn));
  const out = new Set(named);
  for (const root of named)
    for (const r of [...dependantsOf(root, wanted), ...childrenOf(root, wanted)]) {
      if (out.has(r)) continue;
      if (!withDependants)
        context.fail(
          r.urn,
          `Resource '${r.urn}' will be destroyed but was not specified in --target list.\n` +
            "Either include resource in --target list or pass --target-dependents to proceed.",
        );
      out.add(r);
    }
  return wanted.filter((r) => out.has(r));
}

function childrenOf(root: Resource, resources: readonly Resource[]): Resource[] {
  const parents = new Set([root.urn]);
  return resources.filter((r) => {
    if (!parents.has(r.parent)) return false;
    parents.add(r.urn);
    return true;
  });
}
