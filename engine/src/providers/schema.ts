import { UNKNOWN, type PropertyMap, type PropertyValue } from "../provider.ts";

/** What a property may hold. Sets are compared without regard to order; a block is one nested object. */
export type Kind =
  | "string"
  | "boolean"
  | "integer"
  | "any"
  | { readonly list: Kind }
  | { readonly set: Kind }
  | { readonly map: "string" }
  | { readonly block: Properties };

export interface Property {
  readonly kind: Kind;
  readonly required?: boolean;
  /** A change cannot be made in place. Holds for everything below the property too. */
  readonly forceNew?: boolean;
  /** The real object fills it in when the program leaves it out, so its absence is no change. */
  readonly computed?: boolean;
  /** Only ever an output. */
  readonly outputOnly?: boolean;
  /** What a new object has, as far as a preview can tell. */
  readonly planned?: PropertyValue;
  readonly secret?: boolean;
  readonly default?: PropertyValue;
  /** Filled in as `NAME-<7 hex>` when the program leaves it out. */
  readonly autoName?: boolean;
  readonly allowed?: readonly string[];
  readonly atLeast?: number;
  readonly pattern?: RegExp;
  /** Known to the real provider and refused by this one; the text says what to do instead. */
  readonly unsupported?: string;
  /** Two spellings of one value, such as "60s" and "1m0s". */
  readonly same?: (old: PropertyValue, now: PropertyValue) => boolean;
}

export type Properties = { readonly [name: string]: Property };

export interface ResourceSchema {
  readonly type: string;
  readonly properties: Properties;
  readonly deleteBeforeReplace?: boolean;
  /**
   * Which generation of the reference's bridge serves the type, because their states differ: "sdk" writes defaults into the
   * inputs and lists them under `__defaults`, and empty outputs as null or []; "framework" does neither. "none" is for a provider
   * that is not bridged: its outputs do not repeat the id, and it refuses a state in which they do.
   */
  readonly bridge: "sdk" | "framework" | "none";
  /**
   * Which generation of the type's state the outputs are. The reference notes it beside them and upgrades a state without the note
   * from the oldest one, which for a password makes a new hash.
   */
  readonly stateVersion?: number;
  /** Makes up the id of a new resource, which a preview has too. */
  readonly makeId?: (urn: string) => string;
  /** Fills in properties that follow from others, before a diff and before a create. */
  readonly expand?: (inputs: PropertyMap) => PropertyMap;
  /** Outputs that make a replacement necessary by themselves, such as a certificate's end. */
  readonly mustReplace?: (old: PropertyMap, now: PropertyMap) => readonly string[];
  /** Rules between properties; each failure names the property to change. */
  readonly rules?: (inputs: PropertyMap) => readonly { property: string; reason: string }[];
}

export const DEFAULTS_KEY = "__defaults";

export const isMap = (value: PropertyValue | undefined): value is PropertyMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isAbsent = (value: PropertyValue | undefined): value is null | undefined =>
  value === undefined || value === null;

/** Terraform, and so the reference provider, does not tell a zero value from one that was not given. */
export function isEmpty(value: PropertyValue | undefined): boolean {
  if (isAbsent(value) || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).every((key) => key === DEFAULTS_KEY);
}

export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}

/** A property path as Pulumi prints it: a.b[0]["c.d"]. */
export function joinPath(path: string, step: string | number): string {
  if (typeof step === "number") return `${path}[${step}]`;
  if (/[.\s"[\]]/.test(step) || step === "") return `${path}[${JSON.stringify(step)}]`;
  return path === "" ? step : `${path}.${step}`;
}

/** Properties whose value is secret in state whatever the program says. */
export const secretProperties = (schema: ResourceSchema): string[] =>
  Object.entries(schema.properties)
    .filter(([, property]) => property.secret)
    .map(([name]) => name);

/** A copy without the bookkeeping that checked inputs carry and outputs do not. */
export function withoutDefaults(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== DEFAULTS_KEY)
      .map(([key, inner]) => [key, withoutDefaults(inner)]),
  );
}
