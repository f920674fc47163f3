import { createHash } from "node:crypto";
import { UNKNOWN, type CheckFailure, type PropertyMap, type PropertyValue } from "../provider.ts";
import {
  DEFAULTS_KEY,
  isAbsent,
  isEmpty,
  isMap,
  joinPath,
  type Kind,
  type Properties,
  type Property,
  type ResourceSchema,
} from "./schema.ts";

export interface CheckArgs {
  readonly urn: string;
  readonly olds?: PropertyMap;
  readonly news: PropertyMap;
  readonly seed: Uint8Array;
}

/** Defaults, auto-names and validation of one resource's inputs, driven by its table. */
export function checkInputs(
  schema: ResourceSchema,
  args: CheckArgs,
): { inputs: PropertyMap; failures: CheckFailure[] } {
  const failures: CheckFailure[] = [];
  const inputs = checkBlock(schema, schema.properties, args.news, "", failures);
  const defaulted = (inputs[DEFAULTS_KEY] as string[] | undefined) ?? [];
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!property.autoName || !isAbsent(inputs[name])) continue;
    inputs[name] = autoName(name, args);
    defaulted.push(name);
  }
  defaulted.sort();
  for (const failure of schema.rules?.(inputs) ?? []) failures.push(failure);
  return { inputs, failures };
}

/** The name given before is kept, so that a rename happens only when the program asks for it. */
function autoName(property: string, { urn, olds, seed }: CheckArgs): string {
  const before = olds?.[property];
  const wasDefault = (olds?.[DEFAULTS_KEY] as string[] | undefined)?.includes(property);
  if (wasDefault && typeof before === "string") return before;
  const suffix = createHash("sha256").update(seed).digest("hex").slice(0, 7);
  return `${urn.slice(urn.lastIndexOf("::") + 2)}-${suffix}`;
}

function checkBlock(
  schema: ResourceSchema,
  properties: Properties,
  news: PropertyMap,
  path: string,
  failures: CheckFailure[],
): PropertyMap {
  const inputs: PropertyMap = {};
  const defaulted: string[] = [];
  for (const [name, value] of Object.entries(news)) {
    if (name === DEFAULTS_KEY || isAbsent(value)) continue;
    const at = joinPath(path, name);
    const property = properties[name];
    const refusal = refuse(schema.type, name, property, properties);
    if (refusal) failures.push({ property: at, reason: refusal });
    else inputs[name] = checkValue(schema, property!, property!.kind, value, at, failures);
  }
  for (const [name, property] of Object.entries(properties)) {
    if (!isAbsent(inputs[name]) || property.unsupported) continue;
    if (schema.bridge === "sdk" && !isEmpty(property.default)) {
      inputs[name] = property.default!;
      defaulted.push(name);
    } else if (property.required && !failures.some((f) => f.property === joinPath(path, name))) {
      const reason = `is missing: ${schema.type} cannot be made without it; add it to the arguments`;
      failures.push({ property: joinPath(path, name), reason });
    }
  }
  if (schema.bridge === "sdk") inputs[DEFAULTS_KEY] = defaulted.sort();
  return inputs;
}

function refuse(
  owner: string,
  name: string,
  property: Property | undefined,
  properties: Properties,
): string | undefined {
  if (property === undefined) {
    const known = Object.entries(properties).filter(([, p]) => !p.outputOnly && !p.unsupported);
    const names = known.map(([key]) => key).sort();
    return `is not known to ${owner}; allowed: ${names.join(", ")}; remove it or correct its name`;
  }
  if (property.outputOnly) return `is an output of ${owner}, not an argument; remove it`;
  if (property.unsupported)
    return `is not supported by the offline engine: ${property.unsupported}`;
  return undefined;
}

function checkValue(
  schema: ResourceSchema,
  property: Property,
  kind: Kind,
  given: PropertyValue,
  path: string,
  failures: CheckFailure[],
): PropertyValue {
  if (given === UNKNOWN) return given;
  const value = coerce(kind, given);
  const wrong = (allowed: string): PropertyValue => {
    const got = property.secret ? "(secret)" : show(given);
    failures.push({ property: path, reason: `is ${got}; allowed: ${allowed}; change the value` });
    return value;
  };
  const each = (inner: Kind, item: PropertyValue, at: string) =>
    checkValue(schema, property, inner, item, at, failures);
  if (kind === "any") return value;
  if (typeof kind === "string") {
    const type = kind === "integer" ? "number" : kind;
    if (typeof value !== type || (kind === "integer" && !Number.isInteger(value)))
      return wrong(kind === "integer" ? "a whole number" : `a ${kind}`);
    if (property.allowed && !property.allowed.includes(value as string))
      return wrong(property.allowed.map((text) => JSON.stringify(text)).join(", "));
    if (property.atLeast !== undefined && (value as number) < property.atLeast)
      return wrong(`a whole number of at least ${property.atLeast}`);
    if (property.pattern && !property.pattern.test(value as string))
      return wrong(`text matching ${property.pattern}`);
    return value;
  }
  if ("list" in kind || "set" in kind) {
    if (!Array.isArray(value)) return wrong("a list");
    const inner = "list" in kind ? kind.list : kind.set;
    return value.map((item, index) => each(inner, item, joinPath(path, index)));
  }
  if (!isMap(value)) return wrong("an object");
  if ("block" in kind) return checkBlock(schema, kind.block, value, path, failures);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, each(kind.map, item, joinPath(path, key))]),
  );
}

/** The reference provider takes "5" for 5 and true for "true" too. */
function coerce(kind: Kind, value: PropertyValue): PropertyValue {
  if (kind === "string" && (typeof value === "number" || typeof value === "boolean"))
    return String(value);
  if (kind === "integer" && typeof value === "string" && /^-?\d+$/.test(value))
    return Number(value);
  if (kind === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

function show(value: PropertyValue): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
