/** --target: urns, with * for any part between "::" and ** for anything. */
import { STACK_TYPE, isProviderType, qualifiedType, urnType } from "./urn.ts";

export class Targets {
  private readonly patterns: RegExp[];
  private readonly also = new Set<string>();

  constructor(targets: readonly string[]) {
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

  add(urn: string): void {
    this.also.add(urn);
  }

  /** Providers and the stack itself always take part. */
  includes(urn: string): boolean {
    if (!this.constrained || this.also.has(urn)) return true;
    if (isProviderType(urnType(urn)) || qualifiedType(urn) === STACK_TYPE) return true;
    return this.names(urn);
  }

  /** Named by the user, literally or by a pattern. */
  names(urn: string): boolean {
    return this.patterns.some((p) => p.test(urn));
  }
}

const escape = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
