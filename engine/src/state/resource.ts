/** One resource of a checkpoint. Fields that this engine does not know are carried through untouched. */
import type { Resource } from "../deployment/resource.ts";
import { misfit, type Kind } from "./shape.ts";
import { decode, decodeMap, encode, encodeMap, type SecretCodec } from "./secrets.ts";

type Json = { [key: string]: unknown };
type Field = Exclude<keyof Resource, "rest">;

/** The fields in the order of the checkpoint format, and what each must be. */
const SHAPE: { readonly [key in Field]: Kind } = {
  urn: "text",
  custom: "boolean",
  delete: "boolean",
  id: "text",
  type: "text",
  inputs: "object",
  outputs: "object",
  parent: "text",
  protect: "boolean",
  taint: "boolean",
  external: "boolean",
  dependencies: "texts",
  initErrors: "texts",
  provider: "text",
  propertyDependencies: "lists",
  pendingReplacement: "boolean",
  additionalSecretOutputs: "texts",
  aliases: "texts",
  customTimeouts: "object",
  importID: "text",
  retainOnDelete: "boolean",
  deletedWith: "text",
  replaceWith: "texts",
  created: "text",
  modified: "text",
  sourcePosition: "text",
  ignoreChanges: "texts",
  hideDiff: "texts",
  replaceOnChanges: "texts",
  replacementTrigger: "any",
  resourceHooks: "lists",
};
const KNOWN = Object.keys(SHAPE) as readonly Field[];

/** What is wrong with a resource of a checkpoint, or undefined. */
export function wrongIn(json: unknown, where: string): string | undefined {
  const misfits = misfit(json, SHAPE, where);
  if (misfits !== undefined) return misfits;
  const { urn, type, provider } = json as Partial<Resource>;
  const PARTS = 4;
  if (!urn?.startsWith("urn:pulumi:") || urn.split("::").length < PARTS)
    return `${where}.urn is not a URN`;
  if (!type) return `${where}.type is missing`;
  return provider && !provider.includes("::")
    ? `${where}.provider is not a reference to a provider`
    : undefined;
}

/** Written even when false or empty. */
const ALWAYS = new Set(["urn", "custom", "type"]);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "" || value === 0)
    return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

export function serializeResource(resource: Resource, codec: SecretCodec): Json {
  const out: Json = {};
  for (const key of KNOWN) {
    let value: unknown = resource[key];
    if (key === "inputs" || key === "outputs") value = encodeMap(resource[key], codec);
    else if (key === "replacementTrigger")
      value =
        resource.replacementTrigger === undefined || resource.replacementTrigger === null
          ? undefined
          : encode(resource.replacementTrigger, codec);
    else if (key === "propertyDependencies" && value)
      value = Object.fromEntries(
        Object.keys(resource.propertyDependencies)
          .sort()
          .map((property) => [property, resource.propertyDependencies[property]]),
      );
    if (ALWAYS.has(key) || !isEmpty(value)) out[key] = value;
  }
  return { ...out, ...resource.rest };
}

/**
 * The text of resources, kept as long as every field is the very value that it was made of: a large state is mostly what it
 * was at the write before. Fields of resources are only ever set anew, their values are never written into.
 */
export function resourceTexts(codec: SecretCodec): (resource: Resource) => Buffer {
  const kept = new WeakMap<Resource, { fields: unknown[]; text: Buffer }>();
  return (resource) => {
    const known = kept.get(resource);
    if (known && isMadeOf(known.fields, resource)) return known.text;
    const text = Buffer.from(JSON.stringify(serializeResource(resource, codec)));
    kept.set(resource, { fields: FIELDS.map((key) => resource[key]), text });
    return text;
  };
}

const FIELDS = [...KNOWN, "rest"] as const;

function isMadeOf(fields: readonly unknown[], resource: Resource): boolean {
  for (let i = 0; i < FIELDS.length; i++) if (resource[FIELDS[i]!] !== fields[i]) return false;
  return true;
}

export function deserializeResource(json: Json, codec: SecretCodec): Resource {
  const text = (key: string): string => (json[key] as string | undefined) ?? "";
  const rest: Json = {};
  const known = new Set<string>(KNOWN);
  for (const [key, value] of Object.entries(json)) if (!known.has(key)) rest[key] = value;
  const picked: Json = {};
  for (const key of KNOWN)
    if (json[key] !== undefined && json[key] !== null) picked[key] = json[key];
  return {
    ...(picked as unknown as Resource),
    urn: text("urn"),
    custom: json["custom"] === true,
    id: text("id"),
    type: text("type"),
    parent: text("parent"),
    provider: text("provider"),
    inputs: decodeMap((json["inputs"] as Json | undefined) ?? {}, codec),
    outputs: decodeMap((json["outputs"] as Json | undefined) ?? {}, codec),
    dependencies: (json["dependencies"] as string[] | undefined) ?? [],
    propertyDependencies: dropNulls(json["propertyDependencies"]),
    ...(picked["replacementTrigger"] === undefined
      ? {}
      : { replacementTrigger: decode(json["replacementTrigger"], codec) }),
    ...(Object.keys(rest).length > 0 ? { rest } : {}),
  };
}

/** Go writes an empty list of dependencies as null. */
function dropNulls(json: unknown): { [property: string]: string[] } {
  const out: { [property: string]: string[] } = {};
  for (const [key, value] of Object.entries((json ?? {}) as { [key: string]: string[] | null }))
    out[key] = value ?? [];
  return out;
}
