/** Who must be deleted along with a resource that is deleted before it is replaced. */
import { UNKNOWN } from "../provider.ts";
import type { Values } from "../values/property.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { replaceOnChanges } from "./decide.ts";
import { dependantsOf } from "./graph.ts";
import type { Resource } from "./resource.ts";
import { isProviderType, parseReference } from "./urn.ts";

/**
 * The dependants, near and far, that would themselves be replaced when what they take from the condemned becomes unknown;
 * in dependency order. Those already seen in this run cannot depend on it.
 */
export async function dependentReplacements(
  context: DeploymentContext,
  root: Resource,
): Promise<Resource[]> {
  const condemned = new Set([root.urn]);
  const out: Resource[] = [];
  const candidates = context.found.filter((r) => !r.delete);
  for (const r of dependantsOf(root, candidates, context.operated))
    if (await mustGo(context, r, condemned)) {
      condemned.add(r.urn);
      out.push(r);
    }
  return out;
}

async function mustGo(
  context: DeploymentContext,
  r: Resource,
  condemned: ReadonlySet<string>,
): Promise<boolean> {
  if (!r.custom || r.external) return false;
  if (r.provider && condemned.has(parseReference(r.provider).urn)) return true;
  if (r.deletedWith && condemned.has(r.deletedWith)) return true;
  if (r.replaceWith?.some((urn) => condemned.has(urn))) return true;
  const inputs: Values = { ...r.inputs };
  let touched = false;
  for (const [property, urns] of Object.entries(r.propertyDependencies))
    if (property in inputs && urns.some((urn) => condemned.has(urn))) {
      inputs[property] = UNKNOWN;
      touched = true;
    }
  if (!touched || isProviderType(r.type)) return false;
  const provider = await context.registry.unconfigured(context.ensureProvider(r.provider));
  const diff = await calls.diff(provider, r, r.type, inputs, r.ignoreChanges ?? [], context);
  return replaceOnChanges(diff, r.replaceOnChanges ?? []).replaced.length > 0;
}
