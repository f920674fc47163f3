/** What `state` does to the resources of a stack: pure, on the list as the state has it. */
import { EngineError } from "../errors.ts";
import type { Resource } from "../deployment/resource.ts";
import { isProviderType, parseReference, qualifiedType, urnName } from "../deployment/urn.ts";
import { distance } from "./suggest.ts";

const HINT =
  "To list the resource URNs in the stack, run `pulumi stack --show-urns`; " +
  "to inspect the full state, run `pulumi stack export`.";

export const isUrn = (text: string): boolean =>
  text.startsWith("urn:pulumi:") && text.split("::").length >= 4;

/** Every URN that a resource names as something it needs, but for its provider. */
function needs(r: Resource): { parent: string; others: string[] } {
  return {
    parent: r.parent,
    others: [
      ...r.dependencies,
      ...Object.values(r.propertyDependencies).flat(),
      ...(r.deletedWith ? [r.deletedWith] : []),
      ...(r.replaceWith ?? []),
    ],
  };
}

/**
 * What depends on this resource and on no other of the same URN: a replacement and what it replaced share one,
 * and a dependant belongs to the newer, which comes first.
 */
export function dependantsOf(resource: Resource, all: readonly Resource[]): Resource[] {
  const at = all.indexOf(resource);
  const other = new Set(all.slice(0, at).map((r) => r.urn));
  const mine = new Map<string, number>([[resource.urn, 1]]);
  const references = new Set([`${resource.urn}::${resource.id}`]);
  const found: Resource[] = [];
  for (const r of all.slice(at + 1)) {
    const { parent, others } = needs(r);
    const only = (urn: string): boolean => !other.has(urn) && mine.has(urn);
    const depends =
      !(r.urn === resource.urn && r.id === resource.id) &&
      (only(parent) ||
        others.some((urn) => only(urn) && mine.get(urn) === 1) ||
        (r.provider !== "" && references.has(r.provider)));
    if (depends) {
      found.push(r);
      mine.set(r.urn, (mine.get(r.urn) ?? 0) + 1);
      references.add(`${r.urn}::${r.id}`);
    } else other.add(r.urn);
  }
  return found;
}

export function locate(all: readonly Resource[], urn: string): Resource {
  if (!isUrn(urn)) throw new EngineError(`"${urn}" is not a valid resource URN\n${HINT}`);
  const found = all.filter((r) => r.urn === urn);
  if (found.length === 0) throw new EngineError(notFound(all, urn));
  if (found.length > 1)
    throw new EngineError(
      `Resource URN ambiguously referred to multiple resources. Did you mean:\n${found.map((r) => `  ${r.id}\n`).join("")}`,
    );
  return found[0]!;
}

export function notFound(all: readonly Resource[], urn: string): string {
  const most = Math.max(2, Math.floor(urn.length / 4));
  const near = [...new Set(all.map((r) => r.urn))]
    .map((known) => ({ known, away: distance(urn.toLowerCase(), known.toLowerCase(), 1) }))
    .filter(({ away }) => away <= most)
    .sort((a, b) => a.away - b.away)
    .slice(0, 3);
  const hint =
    near.length === 0 ? "" : `Did you mean:\n${near.map((n) => `  ${n.known}\n`).join("")}`;
  return `No such resource "${urn}" exists in the current state\n${hint}${HINT}`;
}

export interface Removal {
  readonly force: boolean;
  readonly withDependants: boolean;
  readonly warn: (message: string) => void;
}

/** Without `urns` everything goes. */
export function removeResources(
  all: readonly Resource[],
  urns: readonly string[] | undefined,
  options: Removal,
): { left: Resource[]; removed: number } {
  const targets = urns === undefined ? [...all] : [...new Set(urns.map((urn) => locate(all, urn)))];
  // Dependants come later in the list, and go first.
  const order = targets.sort((a, b) => all.indexOf(b) - all.indexOf(a));
  let left = [...all];
  for (const target of order) {
    allow(target, options);
    const dependants = dependantsOf(target, left);
    if (dependants.length > 0 && !options.withDependants)
      throw new EngineError(
        `${target.urn} can't be safely deleted because the following resources depend on it:\n` +
          dependants.map((d) => ` * ${`"${urnName(d.urn)}"`.padEnd(15)} (${d.urn})\n`).join("") +
          "\nDelete those resources first or pass --target-dependents.",
      );
    for (const dependant of dependants) allow(dependant, options);
    const gone = new Set([target, ...dependants]);
    left = left.filter((r) => !gone.has(r));
  }
  return { left, removed: order.length };
}

function allow(resource: Resource, { force, warn }: Removal): void {
  if (!resource.protect) return;
  if (force) warn(`deleting protected resource ${resource.urn} due to presence of --force`);
  else
    throw new EngineError(
      `${resource.urn} can't be safely deleted because it is protected. Re-run this command with --force to force deletion`,
    );
}

/** Sets a mark on resources, or takes it off; those that wait for their deletion are left alone. */
export function markResources(
  all: readonly Resource[],
  urns: readonly string[] | undefined,
  mark: "protect" | "taint",
  value: boolean,
): number {
  const eligible = all.filter((r) => !r.delete);
  if (urns === undefined) for (const r of eligible) r[mark] = value;
  const missing = (urns ?? []).filter((urn) => !eligible.some((r) => r.urn === urn));
  if (missing.length > 0)
    throw new EngineError(missing.map((u) => notFound(eligible, u)).join("\n"));
  for (const urn of urns ?? []) eligible.findLast((r) => r.urn === urn)![mark] = value;
  return urns?.length ?? 0;
}

export function renameResource(all: readonly Resource[], urn: string, name: string): void {
  const renamed = `${urn.split("::").slice(0, 3).join("::")}::${name}`;
  reurn(all, urn, renamed);
  // The CLI copies the lists of the others, and keeps none of those that are empty.
  for (const r of all.filter((other) => other.urn !== renamed))
    r.propertyDependencies = Object.fromEntries(
      Object.entries(r.propertyDependencies).filter(([, urns]) => urns.length > 0),
    );
}

/** Gives a resource another URN, its children too (their URN has the parent's type), and all that refers to them. */
function reurn(all: readonly Resource[], from: string, to: string): void {
  const found = all.filter((r) => r.urn === from);
  if (found.length === 0) throw new EngineError(notFound(all, from));
  if (found.length > 1)
    throw new EngineError("The input URN ambiguously refers to multiple resources");
  if (from === to) return;
  if (all.some((r) => r.urn === to))
    throw new EngineError(
      "The chosen new urn for the state corresponds to an already existing resource",
    );
  const [resource] = found;
  resource!.urn = to;
  const moved = (urn: string): string => (urn === from ? to : urn);
  for (const r of all) {
    r.dependencies = r.dependencies.map(moved);
    for (const [key, urns] of Object.entries(r.propertyDependencies))
      r.propertyDependencies[key] = urns.map(moved);
    if (r.deletedWith) r.deletedWith = moved(r.deletedWith);
    if (r.replaceWith) r.replaceWith = r.replaceWith.map(moved);
    if (
      isProviderType(resource!.type) &&
      r.provider !== "" &&
      parseReference(r.provider).urn === from
    )
      r.provider = `${to}::${resource!.id}`;
    if (r.parent !== from) continue;
    r.parent = to;
    const [head, project] = r.urn.split("::");
    reurn(all, r.urn, `${head}::${project}::${qualifiedType(to)}$${r.type}::${urnName(r.urn)}`);
  }
}
