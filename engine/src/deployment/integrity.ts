/** Keeps a list of resources such that the CLI takes it: everything comes after what it refers to. */
import type { Resource } from "./resource.ts";
import { parseReference } from "./urn.ts";

/** Every urn that a resource refers to: parent, provider, dependencies and "deleted with". */
export function references(resource: Resource): Set<string> {
  const out = new Set(resource.dependencies);
  for (const urns of Object.values(resource.propertyDependencies))
    for (const urn of urns) out.add(urn);
  if (resource.parent) out.add(resource.parent);
  if (resource.provider) out.add(parseReference(resource.provider).urn);
  if (resource.deletedWith) out.add(resource.deletedWith);
  for (const urn of resource.replaceWith ?? []) out.add(urn);
  out.delete(resource.urn);
  return out;
}

/**
 * Renames references that go through an alias, which is then of no more use, drops those to resources that are gone, and puts a resource that an
 * interrupted run left before its dependencies behind them. Resources that need no change are returned as they are.
 */
export function normalize(resources: readonly Resource[]): Resource[] {
  const renamed = new Map<string, string>();
  const present = new Set<string>();
  for (const r of resources) {
    present.add(r.urn);
    for (const alias of r.aliases ?? []) renamed.set(alias, r.urn);
  }
  const settle = (urn: string): string | undefined => {
    const now = present.has(urn) ? urn : renamed.get(urn);
    return now !== undefined && present.has(now) ? now : undefined;
  };
  const repaired = resources.map((r) => {
    const known = [...references(r)].every((urn) => present.has(urn)) ? r : repair(r, settle);
    return known.aliases?.length ? { ...known, aliases: [] } : known;
  });
  return order(repaired);
}

function repair(r: Resource, settle: (urn: string) => string | undefined): Resource {
  const all = (urns: readonly string[]): string[] => [
    ...new Set(urns.map(settle).filter((urn) => urn !== undefined)),
  ];
  const out: Resource = {
    ...r,
    dependencies: all(r.dependencies),
    parent: r.parent ? (settle(r.parent) ?? "") : "",
    deletedWith: r.deletedWith ? settle(r.deletedWith) : r.deletedWith,
    propertyDependencies: Object.fromEntries(
      Object.entries(r.propertyDependencies).map(([key, urns]) => [key, all(urns)]),
    ),
  };
  if (r.replaceWith) out.replaceWith = all(r.replaceWith);
  if (r.provider) {
    const { urn, id } = parseReference(r.provider);
    out.provider = `${settle(urn) ?? urn}::${id}`;
  }
  return out;
}

/** A stable topological order: a resource moves only when something it refers to comes later. */
function order(resources: readonly Resource[]): Resource[] {
  const first = new Map<string, Resource>();
  for (const r of resources) if (!first.has(r.urn) || !r.delete) first.set(r.urn, r);
  const out: Resource[] = [];
  const done = new Set<Resource>();
  const visit = (r: Resource): void => {
    if (done.has(r)) return;
    done.add(r);
    for (const urn of references(r)) {
      const target = first.get(urn);
      if (target) visit(target);
    }
    out.push(r);
  };
  for (const r of resources) visit(r);
  return out;
}
