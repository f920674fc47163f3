/** --target, --exclude and --replace: urns, with * for any part between "::" and ** for anything. */
import { EngineError } from "../errors.ts";
import { references } from "./integrity.ts";
import type { Resource } from "./resource.ts";
import { STACK_TYPE, isProviderType, qualifiedType, urnType } from "./urn.ts";

export class Targets {
  private readonly patterns: RegExp[];
  private readonly also = new Set<string>();
  private readonly literals: readonly string[];

  constructor(targets: readonly string[]) {
    this.literals = targets.filter((target) => !target.includes("*"));
    this.patterns = targets.map(
      (t) =>
        new RegExp(
          "^" +
            t
              .split("**")
              .map((part) => part.split("*").map(escape).join("[^:$]*"))
              .join(".*") +
            "$",
        ),
    );
  }

  get constrained(): boolean {
    return this.patterns.length > 0;
  }

  /** Those that were named whole and are not there. */
  missing(has: (urn: string) => boolean): string[] {
    return this.literals.filter((urn) => !has(urn));
  }

  add(urn: string): void {
    this.also.add(urn);
  }

  /** Named by the user, literally or by a pattern. */
  names(urn: string): boolean {
    return this.also.has(urn) || this.patterns.some((p) => p.test(urn));
  }
}

export interface ScopeOptions {
  readonly targets?: readonly string[];
  readonly targetDependents?: boolean;
  readonly excluded?: readonly string[];
  readonly excludeDependents?: boolean;
  readonly replace?: readonly string[];
}

/** Which resources a run is about. It grows with the dependants of what it reaches, when the user asks for those too. */
export class Scope {
  readonly targets: Targets;
  readonly excluded: Targets;
  readonly withDependants: boolean;
  readonly withoutDependants: boolean;
  private readonly replaced: Targets;
  private readonly reached: Targets;
  private readonly left: Targets;

  constructor(options: ScopeOptions) {
    this.targets = new Targets(options.targets ?? []);
    this.excluded = new Targets(options.excluded ?? []);
    this.replaced = new Targets(options.replace ?? []);
    this.withDependants = options.targetDependents === true;
    this.withoutDependants = options.excludeDependents === true;
    this.reached = new Targets(options.targets ?? []);
    this.left = new Targets(options.excluded ?? []);
  }

  /** Creations that this run leaves out must not be leaned on. */
  get isNarrowed(): boolean {
    return this.targets.constrained || this.replaced.constrained;
  }

  replaces(urn: string): boolean {
    return this.replaced.names(urn);
  }

  /** Named by --replace literally, and not there. */
  replacesNothing(has: (urn: string) => boolean): readonly string[] {
    return this.replaced.missing(has);
  }

  /** Providers and the stack itself always take part. */
  includes(r: Resource): boolean {
    if (isProviderType(urnType(r.urn)) || qualifiedType(r.urn) === STACK_TYPE) return true;
    if (this.targets.constrained) return this.reaches(r);
    if (this.excluded.constrained)
      return !this.excluded.names(r.urn) && !(this.withoutDependants && leansOn(r, this.left));
    return true;
  }

  private reaches(r: Resource): boolean {
    return this.targets.names(r.urn) || (this.withDependants && leansOn(r, this.reached));
  }

  /** Registrations come in the order of their dependencies, so that a dependant finds what it leans on noted. */
  note(r: Resource): void {
    // What stands on a provider that merely takes part is not reached by that.
    if (this.targets.constrained && this.reaches(r)) this.reached.add(r.urn);
    if (this.excluded.constrained && !this.includes(r)) this.left.add(r.urn);
  }
}

const leansOn = (r: Resource, some: Targets): boolean =>
  [...references(r)].some((urn) => some.names(urn));

export const targetNotFound = (urn: string): string =>
  `Target '${urn}' could not be found in the stack.` +
  (urn.includes("$") ? "" : " Did you forget to escape $ in your shell?");

/** Refuses targets of a destroy or refresh that the state does not have. */
export function checkTargets({ targets, excluded }: Scope, resources: readonly Resource[]): void {
  const urns = new Set(resources.map((r) => r.urn));
  const [missing] = [targets, excluded].flatMap((some) => some.missing((urn) => urns.has(urn)));
  if (missing !== undefined) throw new EngineError(`no resource named '${missing}' found`);
}

const escape = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
