/** The package "pulumi", which the engine itself provides: StackReference, the outputs of another stack read from its state. */
import type { PropertyMap, Provider } from "../provider.ts";
import { Secret, isObject, plainMap, type Value, type Values } from "../values/property.ts";
import { BUILTIN } from "./urn.ts";

const STACK_REFERENCE = "pulumi:pulumi:StackReference";

type Paths = readonly (readonly string[])[];

/** `readOutputs` gives another stack's outputs by its name. */
export function builtinProvider(readOutputs: (stack: string) => Promise<Values>): Provider {
  // A provider speaks in plain values; which of them are secret is told by where they are.
  const secrets = new WeakMap<PropertyMap, Paths>();
  const refuse = (type: string): never => {
    throw new Error(`unrecognized resource type '${type}'`);
  };
  const readReference = async (inputs: PropertyMap): Promise<PropertyMap> => {
    const name = inputs["name"];
    if (typeof name !== "string" || name === "")
      throw new Error('StackReference: property name: expected "organization/PROJECT/STACK"');
    const outputs = await readOutputs(name);
    const paths = Object.entries(outputs).flatMap(([key, value]) => secretPaths(value, [key]));
    const answer: PropertyMap = {
      name,
      outputs: plainMap(outputs),
      secretOutputNames: [...new Set(paths.map(([key]) => key!))].sort(),
    };
    secrets.set(
      answer,
      paths.map((path) => ["outputs", ...path]),
    );
    return answer;
  };
  return {
    name: BUILTIN,
    types: [STACK_REFERENCE],
    secretOutputs: () => [],
    secretPaths: (answer) => secrets.get(answer) ?? [],
    configure: () => Promise.resolve(),
    check: ({ type }) => refuse(type),
    diff: ({ newInputs, oldInputs }) =>
      Promise.resolve(
        newInputs["name"] === oldInputs["name"]
          ? { changed: [], replaced: [] }
          : { changed: ["name"], replaced: ["name"] },
      ),
    create: ({ type }) => refuse(type),
    update: ({ type }) => refuse(type),
    delete: () => Promise.resolve(),
    async read({ type, id, inputs, outputs }) {
      if (type !== STACK_REFERENCE) return refuse(type);
      if (inputs["name"] === undefined) throw new Error("stack reference can not be imported");
      return { id, inputs, outputs: await readReference(outputs) };
    },
    async invoke(token, args) {
      if (token !== "pulumi:pulumi:readStackOutputs")
        throw new Error(`unrecognized function name: '${token}'`);
      return readReference(args);
    },
  };
}

function secretPaths(value: Value, path: readonly string[]): Paths {
  if (value instanceof Secret) return [path];
  if (Array.isArray(value)) return value.flatMap((v, i) => secretPaths(v, [...path, String(i)]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, v]) => secretPaths(v, [...path, key]));
}
