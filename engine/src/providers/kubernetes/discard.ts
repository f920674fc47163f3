/** Removes what a killed run had made but not recorded yet. */
import type { Call, PropertyMap } from "../../provider.ts";
import type { Cluster } from "./cluster.ts";
import { isNotFound, NoMatch } from "./errors.ts";
import { isMadeByCreate } from "./fields.ts";
import { isPatch, kindOfObject } from "./kinds.ts";
import { idOf, kindOf, nameOf, namespaceOf, textAt } from "./objects.ts";

/** Pulumi's own creation of this name, not older than the run: nobody else's object is touched. */
export async function discard(
  cluster: Cluster,
  call: Call & { readonly since: Date },
  inputs: PropertyMap,
): Promise<string | undefined> {
  if (!nameOf(inputs) || isPatch(call.type, kindOf(inputs))) return undefined;
  try {
    const kind = kindOfObject(inputs);
    const live = await cluster.get(kind, namespaceOf(inputs), nameOf(inputs), call.signal);
    const madeAt = Date.parse(textAt(live, "metadata", "creationTimestamp"));
    // The server's times are whole seconds.
    const since = Math.floor(call.since.getTime() / 1000) * 1000;
    if (!isMadeByCreate(live) || !(madeAt >= since)) return undefined;
    await cluster.delete(live, nameOf(live), "Background", call.signal);
    return `${kindOf(live)} ${idOf(live)}`;
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatch) return undefined;
    throw error;
  }
}
