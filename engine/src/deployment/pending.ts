/** What an interrupted run was doing when it ended: found again where the provider can, so that nothing is left behind. */
import type { PendingOperation } from "../state/checkpoint.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { urnName } from "./urn.ts";

/**
 * Updates and deletions need nothing: their resource is in state and they are done again. A creation may have made an object
 * that is not in state: the provider is asked to find and remove it.
 */
export async function recoverPending(
  context: DeploymentContext,
  pending: readonly PendingOperation[],
): Promise<void> {
  for (const operation of pending) {
    if (operation.type === "creating") await clean(context, operation);
    context.snapshot.end(operation);
  }
  await context.snapshot.persist();
}

async function clean(context: DeploymentContext, { resource }: PendingOperation): Promise<void> {
  const name = urnName(resource.urn);
  const say = (message: string): void =>
    context.emit({ kind: "diagnostic", severity: "warning", urn: resource.urn, message });
  try {
    const provider = await context.registry.configured(context.ensureProvider(resource.provider));
    if (!provider.discard) {
      say(
        `an earlier run was interrupted while creating ${name} (${resource.type}). If that made something, ` +
          "it is not in the state: look for it and remove it by hand.",
      );
      return;
    }
    const { plainMap } = await import("../values/property.ts");
    const since = new Date(resource.modified ?? 0);
    const removed = await provider.discard({
      urn: resource.urn,
      type: resource.type,
      signal: context.cancelled,
      log: () => {},
      inputs: plainMap(resource.inputs),
      since,
    });
    if (removed)
      say(
        `an earlier run was interrupted while creating ${name}; what it had made (${removed}) was removed.`,
      );
  } catch (error) {
    say(
      `an earlier run was interrupted while creating ${name}, and what it made could not be looked for: ${calls.messageOf(error)}`,
    );
  }
}
