import {
  PartialFailure,
  UNKNOWN,
  Uncertain,
  type PropertyMap,
  type Provider,
} from "../provider.ts";
import { equal } from "../values/property.ts";
import { unsupported } from "../errors.ts";
import type { ResourceType } from "./actions.ts";
import { checkInputs } from "./check.ts";
import { diffInputs } from "./diff.ts";
import { diffByPath } from "./path-diff.ts";
import { callFunction, type FunctionCall, type FunctionType } from "./functions.ts";
import { findObject, importedInputs, isImport } from "./import.ts";
import { emptyOf, refreshOutputs } from "./outputs.ts";
import { refreshInputs } from "./refresh.ts";
import { isAbsent, secretProperties, withoutDefaults, type ResourceSchema } from "./schema.ts";

export interface ProviderParts {
  readonly name: string;
  readonly version: string;
  readonly types: readonly ResourceType[];
  readonly functions?: readonly FunctionType[];
  readonly configure?: (config: PropertyMap) => Promise<void>;
  readonly configNotes?: PropertyMap;
}

/** A provider of the engine made of tables: everything that only compares values is done here, once for all types. */
export function bridge(parts: ProviderParts): Provider {
  const functions = new Map(parts.functions?.map((fn) => [fn.token, fn]));
  const types = new Map(parts.types.map((type) => [type.schema.type, type]));
  const served = `of package ${parts.name} it has: ${[...types.keys()].join(", ")}`;
  const find = (token: string): ResourceType => {
    const found = types.get(token);
    if (found) return found;
    throw unsupported(`resource type ${token}`, served);
  };
  return {
    name: parts.name,
    version: parts.version,
    refuses: (type) => (types.has(type) ? undefined : served),
    ...(parts.configNotes ? { configNotes: parts.configNotes } : {}),
    types: [...types.keys()],
    functions: [...functions.keys()],
    secretOutputs: (type) => secretProperties(find(type).schema),
    configure: async (config) => {
      if (parts.configure) return parts.configure(config);
      const refused = Object.keys(config).find((key) => !isBookkeeping(key));
      if (refused !== undefined)
        throw new Error(
          `${parts.name} provider: ${refused} is not supported by the offline engine; allowed: no settings; remove it`,
        );
    },
    check: async (call) => checkInputs(find(call.type).schema, call),
    diff: async (call) => {
      const { schema } = find(call.type);
      return schema.bridge === "none"
        ? diffByPath(schema, call)
        : diffInputs(schema, call.oldOutputs, call.newInputs, call.ignoreChanges);
    },
    create: async (call) => {
      const { schema, actions } = find(call.type);
      if (call.preview) {
        const outputs = plan(schema, plain(schema, call.inputs), {});
        return { id: schema.makeId?.(call.urn) ?? "", outputs: withId(schema, UNKNOWN, outputs) };
      }
      const { create } = await actions();
      const { id, outputs } = await noting(schema, create(call, plain(schema, call.inputs)));
      return { id, outputs: noted(schema, withId(schema, id, outputs)) };
    },
    read: async (call) => {
      const { schema, actions } = find(call.type);
      const acts = await actions();
      if (isImport(call)) {
        const found = await findObject(schema, acts, call, call.id);
        if (!found) return undefined;
        const outputs = withId(schema, found.id, found.outputs);
        return { id: found.id, inputs: importedInputs(schema, outputs), outputs };
      }
      const { read } = acts;
      if (!read) return { id: call.id, inputs: call.inputs, outputs: call.outputs };
      const seen = await read(call, call.id, call.outputs);
      if (!seen) return undefined;
      const outputs = refreshOutputs(schema, call.outputs, withId(schema, call.id, seen));
      const inputs = refreshInputs(schema.properties, call.inputs, outputs);
      const isSame = outputs === call.outputs;
      return { id: call.id, inputs, outputs: isSame ? outputs : noted(schema, outputs) };
    },
    update: async (call) => {
      const { schema, actions } = find(call.type);
      const inputs = plain(schema, call.newInputs);
      if (call.preview) {
        const outputs = plan(schema, inputs, call.oldOutputs);
        return { outputs: withId(schema, call.id, outputs) };
      }
      const { update } = await actions();
      if (!update) throw new Error(`${call.urn}: ${call.type} cannot be updated in place`);
      const outputs = await noting(schema, update(call, call.id, call.oldOutputs, inputs));
      return { outputs: noted(schema, withId(schema, call.id, outputs)) };
    },
    delete: async (call) => {
      await (
        await find(call.type).actions()
      ).delete?.(call, call.id, call.outputs, withoutDefaults(call.inputs) as PropertyMap);
    },
    discard: async (call) => {
      const { schema, actions } = find(call.type);
      const { discard } = await actions();
      if (!discard) throw new Uncertain("whether it made something cannot be told");
      return discard(call, plain(schema, call.inputs));
    },
    invoke: async (token, args, call) => {
      const fn = functions.get(token);
      if (fn) return callFunction(fn, args, call ?? ALONE);
      const known = functions.size > 0 ? [...functions.keys()].join(", ") : "none";
      throw unsupported(`function ${token}`, `of package ${parts.name} it has: ${known}`);
    },
  };
}

const ALONE: FunctionCall = { signal: new AbortController().signal, log: () => {} };

/** What Pulumi itself writes into every provider's inputs. */
export const isBookkeeping = (key: string): boolean =>
  key.startsWith("__") || key === "version" || key === "pluginDownloadURL";

const withId = (
  { bridge }: ResourceSchema,
  id: string | typeof UNKNOWN,
  outputs: PropertyMap,
): PropertyMap => (bridge === "none" ? outputs : { ...outputs, id });

/** Outputs as state keeps them: with the note of which generation they are. */
const noted = ({ stateVersion }: ResourceSchema, outputs: PropertyMap): PropertyMap =>
  stateVersion === undefined
    ? outputs
    : { ...outputs, __meta: JSON.stringify({ schema_version: String(stateVersion) }) };

/** What failed half-way is kept in state too. */
async function noting<T>(schema: ResourceSchema, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    throw new PartialFailure(error.message, error.id, noted(schema, error.outputs));
  }
}

function plain(schema: ResourceSchema, inputs: PropertyMap): PropertyMap {
  const bare = withoutDefaults(inputs) as PropertyMap;
  return schema.expand?.(bare) ?? bare;
}

/** The outputs that a preview can promise: what is asked for, what stays, and UNKNOWN for the rest. */
function plan(schema: ResourceSchema, inputs: PropertyMap, before: PropertyMap): PropertyMap {
  const outputs: PropertyMap = {};
  const old = schema.bridge === "none" && touches(schema, inputs, before) ? {} : before;
  for (const [name, property] of Object.entries(schema.properties)) {
    const given = inputs[name];
    const fillsIn = property.computed || property.outputOnly;
    if (!isAbsent(given)) outputs[name] = given;
    else if (fillsIn) outputs[name] = name in old ? old[name]! : (property.planned ?? UNKNOWN);
    else if (property.default !== undefined) outputs[name] = property.default;
    else if (schema.bridge === "sdk") outputs[name] = emptyOf(property.kind, "top");
  }
  return outputs;
}

/** Whether an input that was given before is not what it was; any output may follow from it. */
const touches = ({ properties }: ResourceSchema, inputs: PropertyMap, old: PropertyMap): boolean =>
  Object.keys(properties).some(
    (name) =>
      inputs[name] === UNKNOWN ||
      (!properties[name]!.outputOnly && name in old && !equal(inputs[name] ?? null, old[name])),
  );
