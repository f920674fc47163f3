/** Who must be deleted along with a resource that is deleted before it is replaced. */
import { UNKNOWN } from "../provider.ts";
import type { Values } from "../values/property.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { replaceOnChanges } from "./rules.ts";
import { dependantsOf } from "./graph.ts";
import type { Condemned } from "./plan.ts";
import type { Resource } from "./resource.ts";
import { isProviderType, parseReference } from "./urn.ts";

/**
 * The dependants, near and far, that would themselves be replaced when what they take from the condemned becomes unknown;
 * in dependency order. Those already seen in this run cannot depend on it. Behind them those that the program ties to it.
 */
export async function dependentReplacements(
  context: DeploymentContext,
  root: Resource,
): Promise<Condemned[]> {
  const condemned = new Set([root.urn]);
  const out: Condemned[] = [];
  const candidates = context.found.filter((r) => !r.delete);
  for (const resource of dependantsOf(root, candidates, context.operated)) {
    const keys = await replacedKeys(context, resource, condemned);
    if (!keys) continue;
    condemned.add(resource.urn);
    out.push({ resource, keys });
  }
  const tied = candidates.filter(
    (r) => r.urn !== root.urn && (r.replaceWith?.includes(root.urn) || r.deletedWith === root.urn),
  );
  return lastOfEach([...out, ...tied.map((resource) => ({ resource, keys: [] }))]);
}

const lastOfEach = (all: readonly Condemned[]): Condemned[] =>
  all.filter((c, i) => !all.slice(i + 1).some(({ resource }) => resource === c.resource));

/** The properties that make it go, if it must. */
async function replacedKeys(
  context: DeploymentContext,
  r: Resource,
  condemned: ReadonlySet<string>,
): Promise<readonly string[] | undefined> {
  if (!r.custom || r.external) return undefined;
  if (r.provider && condemned.has(parseReference(r.provider).urn)) return [];
  if (r.deletedWith && condemned.has(r.deletedWith)) return [];
  const inputs: Values = { ...r.inputs };
  let touched = false;
  for (const [property, urns] of Object.entries(r.propertyDependencies))
    if (property in inputs && urns.some((urn) => condemned.has(urn))) {
      inputs[property] = UNKNOWN;
      touched = true;
    }
  if (!touched || isProviderType(r.type)) return undefined;
  const provider = await context.registry.unconfigured(context.ensureProvider(r.provider));
  const diff = await calls.diff(provider, r, r.type, inputs, r.ignoreChanges ?? [], context);
  const { replaced } = replaceOnChanges(diff, r.replaceOnChanges ?? []);
  return replaced.length > 0 ? replaced : undefined;
}
