/** What an interrupted run was doing when it ended: looked at again, so that nothing is left behind and nothing is missing. */
import type { Provider } from "../provider.ts";
import type { PendingOperation } from "../state/checkpoint.ts";
import { plainMap } from "../values/property.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { urnName } from "./urn.ts";
import type { Resource } from "./resource.ts";

/**
 * A creation may have made an object that is not in state: the provider is asked to find and remove it. A deletion may have
 * taken away one that still is: it is marked as the deleted half of a replacement is, so that it is made anew where the program
 * wants it, and one that is still there is read, for it may have been stopped; so is what an update did. A preview only reads.
 */
export async function recoverPending(
  context: DeploymentContext,
  pending: readonly PendingOperation[],
): Promise<void> {
  const { preview } = context.options;
  // What was begun last may use what was begun before it.
  for (const operation of [...pending].reverse()) {
    const isDone =
      operation.type === "creating"
        ? preview || (await discard(context, operation.resource))
        : await look(context, operation);
    if (isDone) context.snapshot.end(operation);
  }
  if (!preview) await context.snapshot.persist();
}

const warn = (context: DeploymentContext, { urn }: Resource, message: string): void =>
  context.emit({ kind: "diagnostic", severity: "warning", urn, message });

/** False when it could not be looked for now, or the CLI made the note, which keeps its own too: it stays for the next run. */
async function discard(context: DeploymentContext, resource: Resource): Promise<boolean> {
  const { urn, type } = resource;
  const what = `an earlier run was interrupted while creating ${urnName(urn)}`;
  const unknown = (why: string, then = ""): void =>
    warn(
      context,
      resource,
      `${what} (${type}), and ${why}. If it made something, that is not in the state: look for it and remove it by hand${then}.`,
    );
  const KEPT = ", then run `pulumi refresh`, which forgets of this";
  // The CLI does not note when it began, so that a thing of that name may be much older.
  if (resource.modified === undefined) {
    unknown("did not note when", KEPT);
    return false;
  }
  try {
    const provider = await context.registry.configured(context.ensureProvider(resource.provider));
    if (!provider.discard) throw new calls.Uncertain(`whether it made something cannot be told`);
    const removed = await provider.discard({
      ...calls.callFor(resource, context, context.cancelled),
      inputs: calls.shown(provider, resource.inputs),
      since: new Date(resource.modified),
    });
    if (removed) warn(context, resource, `${what}; what it had made (${removed}) was removed.`);
    return true;
  } catch (error) {
    const isFinal = error instanceof calls.Uncertain;
    unknown(calls.messageOf(error), isFinal ? "" : KEPT);
    return isFinal;
  }
}

async function look(
  context: DeploymentContext,
  { resource: { urn, id }, type }: PendingOperation,
): Promise<true> {
  const r = context.found.find((r) => r.urn === urn && r.id === id && !r.delete);
  if (!r?.custom || r.pendingReplacement) return true;
  const what = `an earlier run was interrupted while ${type} ${urnName(urn)}`;
  try {
    const provider = await context.registry.configured(context.ensureProvider(r.provider));
    let seen = await lookAt(context, provider, r);
    if (seen && type === "deleting" && provider.isGoing?.(plainMap(seen.outputs))) {
      // Nothing can keep it: its name must be free when it is made anew.
      if (!context.options.preview) await calls.remove(provider, r, context);
      seen = undefined;
    }
    if (seen) Object.assign(r, seen);
    else {
      warn(context, r, `${what}, which is gone.`);
      // Of what somebody else took away an update knows as little as it always does.
      if (type === "deleting") r.pendingReplacement = true;
    }
  } catch (error) {
    warn(context, r, `${what}, and how it is now could not be read: ${calls.messageOf(error)}`);
  }
  return true;
}

/** As a refresh sees it: one that is not as it should be is there all the same. */
async function lookAt(
  context: DeploymentContext,
  provider: Provider,
  r: Resource,
): Promise<(Partial<Resource> & Pick<Resource, "outputs">) | undefined> {
  try {
    return await calls.read(provider, r, context);
  } catch (error) {
    if (!(error instanceof calls.PartialFailure)) throw error;
    const { inputs = calls.shown(provider, r.inputs), outputs, reasons } = error;
    const seen = calls.sealRead(provider, r, { id: r.id, inputs, outputs });
    return { ...seen, initErrors: [...reasons] };
  }
}
