/** Finding the resource in state that a registration means, by its name or one it had before. */
import { EngineError } from "../errors.ts";
import type { Alias, Goal, Resource } from "./resource.ts";
import { STACK_TYPE, makeUrn, qualifiedType, urnName, urnType, type Place } from "./urn.ts";

export class AliasBook {
  private readonly place: Place;
  /** New urn → the old urn it was found under; children look their parents up here. */
  private readonly used = new Map<string, string>();
  /** Old urn → the new urn that claimed it. */
  private readonly claimed = new Map<string, string>();

  constructor(place: Place) {
    this.place = place;
  }

  /** The urn that the resource of this old urn has now. */
  nowCalled(oldUrn: string): string | undefined {
    return this.claimed.get(oldUrn);
  }

  find(
    urn: string,
    goal: Goal,
    olds: ReadonlyMap<string, Resource>,
    seen: ReadonlySet<string>,
  ): { old: Resource | undefined; alias: string | undefined } {
    const taken = this.claimed.get(urn);
    if (taken !== undefined)
      throw new EngineError(
        `Duplicate resource URN '${urn}' conflicting with alias on resource with URN '${taken}'`,
      );
    const direct = olds.get(urn);
    if (direct) return { old: direct, alias: undefined };
    for (const alias of this.candidates(goal)) {
      const old = olds.get(alias);
      if (!old || alias === urn) continue;
      const rival = seen.has(alias) ? alias : this.claimed.get(alias);
      if (rival !== undefined)
        throw new EngineError(
          `Duplicate resource alias '${alias}' applied to resource with URN '${urn}' conflicting with resource with URN '${rival}'`,
        );
      this.claimed.set(alias, urn);
      this.used.set(urn, alias);
      return { old, alias };
    }
    return { old: undefined, alias: undefined };
  }

  candidates(goal: Goal): string[] {
    const out = new Set<string>();
    const own = goal.aliases.map((alias) => this.collapse(alias, goal));
    for (const urn of own) out.add(urn);
    const parentAlias = goal.parent ? this.used.get(goal.parent) : undefined;
    if (parentAlias !== undefined) {
      const parentName = urnName(goal.parent);
      out.add(this.inherited(goal.type, goal.name, parentName, parentAlias));
      for (const urn of own)
        out.add(this.inherited(urnType(urn), urnName(urn), parentName, parentAlias));
    }
    return [...out];
  }

  private collapse(alias: Alias, goal: Goal): string {
    if (alias.urn) return alias.urn;
    let parent = alias.parent || goal.parent;
    if (alias.parent) parent = this.used.get(alias.parent) ?? alias.parent;
    if (alias.noParent || (parent && qualifiedType(parent) === STACK_TYPE)) parent = "";
    const place = {
      stack: alias.stack || this.place.stack,
      project: alias.project || this.place.project,
    };
    return makeUrn(place, parent, alias.type || goal.type, alias.name || goal.name);
  }

  /** Children are by convention named after their parent, so a renamed parent renames them. */
  private inherited(type: string, name: string, parentName: string, parentAlias: string): string {
    const old = name.startsWith(parentName)
      ? urnName(parentAlias) + name.slice(parentName.length)
      : name;
    return makeUrn(this.place, parentAlias, type, old);
  }
}
