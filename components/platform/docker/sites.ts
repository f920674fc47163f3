/** The hosts of a platform, and what of the deployment is on which. */
import type { Member } from "./members.ts";
import type { Site } from "./site.ts";

interface SitesArgs<S extends Site> {
  readonly sites: readonly S[];
  /** Begins the names of all that is made on them. */
  readonly prefix: string;
  /** Where hosts are declared, for what is told of one that is not. */
  readonly key: string;
  /** The host of what will be made, by alias. */
  readonly placed: Readonly<Record<string, string>>;
}

export class Sites<S extends Site> {
  readonly #args: SitesArgs<S>;
  readonly #byName: ReadonlyMap<string, S>;
  readonly #hostOf: Map<string, string>;

  constructor(args: SitesArgs<S>) {
    this.#args = args;
    this.#byName = new Map(args.sites.map((site) => [site.host.name, site]));
    this.#hostOf = new Map(Object.entries(args.placed));
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The declared host of that name. */
  of(host: string): S {
    const site = this.#byName.get(host);
    if (site) return site;
    throw new Error(
      `host: got "${host}", which is not declared; allowed: ${this.names.join(", ")}. Declare it under ${this.#args.key}.`,
    );
  }

  /** Notes where something is made; the host. */
  put(alias: string, host: string): S {
    this.#hostOf.set(alias, host);
    return this.of(host);
  }

  /** What has an alias within the deployment, or is of it, as its engine calls it. */
  physical(alias: string): string {
    return `${this.#args.prefix}-${alias}`;
  }

  /** As scripts find them. */
  members(aliases: readonly string[]): Member[] {
    return aliases.map((alias) => ({
      name: this.physical(alias),
      ...this.of(this.#hostOf.get(alias)!),
    }));
  }
}
