/** An object that is read without anything being known of it, for an import or a `get`: its inputs are made from its outputs. */
import type { Call, PropertyMap, PropertyValue } from "../provider.ts";
import type { Actions, Made } from "./actions.ts";
import {
  DEFAULTS_KEY,
  isEmpty,
  isMap,
  type Kind,
  type Properties,
  type ResourceSchema,
} from "./schema.ts";

/** A failure in two parts; the reference's bridge logs it the other way round too. */
export class Diagnosed extends Error {
  readonly logged: string;
  constructor(summary: string, detail: string) {
    super(`${summary}: ${detail}`);
    this.logged = `[ERROR] ${detail}: ${summary}`;
  }
}

export const isImport = ({
  inputs,
  outputs,
}: {
  inputs: PropertyMap;
  outputs: PropertyMap;
}): boolean => Object.keys(inputs).length === 0 && Object.keys(outputs).length === 0;

/** The object by its import id, or undefined when there is none. */
export async function findObject(
  schema: ResourceSchema,
  actions: Actions,
  call: Call,
  id: string,
): Promise<Made | undefined> {
  if (actions.find)
    return actions.find(call, id).catch((error: unknown) => {
      if (error instanceof Diagnosed) call.log(error.logged, "error");
      throw error;
    });
  // A provider without a bridge believes whatever id it is told.
  if (schema.bridge === "none") return { id, outputs: {} };
  if (!actions.read || schema.bridge === "framework")
    throw new Error(
      "Resource Import Not Implemented: This resource does not support import. " +
        "Please contact the provider developer for additional information.",
    );
  const outputs = await actions.read(call, id, {});
  return outputs && { id, outputs };
}

/** What a program would have to ask for to get this: all that may be given and is not what it would be anyway. */
export function importedInputs(schema: ResourceSchema, outputs: PropertyMap): PropertyMap {
  return blockInputs(schema, schema.properties, outputs);
}

function blockInputs(
  schema: ResourceSchema,
  properties: Properties,
  outputs: PropertyMap,
): PropertyMap {
  const inputs: PropertyMap = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = outputs[name];
    if (property.outputOnly || isEmpty(value)) continue;
    const isDefault = schema.bridge === "sdk" && value === property.default;
    if (!isDefault) inputs[name] = inputOf(schema, property.kind, value!);
  }
  return schema.bridge === "sdk" ? { ...inputs, [DEFAULTS_KEY]: [] } : inputs;
}

function inputOf(schema: ResourceSchema, kind: Kind, value: PropertyValue): PropertyValue {
  if (typeof kind === "string" || "map" in kind) return value;
  if ("block" in kind) return isMap(value) ? blockInputs(schema, kind.block, value) : value;
  const inner = "list" in kind ? kind.list : kind.set;
  return Array.isArray(value) ? value.map((item) => inputOf(schema, inner, item)) : value;
}
