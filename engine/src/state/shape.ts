/** JSON and YAML of files that anything may have written: taken only when it has the shape that is read from it. */
import { EngineError } from "../errors.ts";

export type Kind = "text" | "number" | "boolean" | "object" | "texts" | "lists" | "any";
export type Shape = { readonly [key: string]: Kind };

const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((v) => typeof v === "string");

const KINDS: {
  [kind in Kind]: { readonly is: (value: unknown) => boolean; readonly name: string };
} = {
  text: { is: (v) => typeof v === "string", name: "text" },
  number: { is: (v) => typeof v === "number", name: "a number" },
  boolean: { is: (v) => typeof v === "boolean", name: "true or false" },
  object: { is: isObject, name: "an object" },
  texts: { is: isTexts, name: "a list of texts" },
  lists: {
    is: (v) => isObject(v) && Object.values(v).every((list) => list === null || isTexts(list)),
    name: "an object of lists of texts",
  },
  any: { is: () => true, name: "anything" },
};

/** What is wrong with a value, or undefined. Keys may be absent or null; those that the shape does not name are not looked at. */
export function misfit(value: unknown, shape: Shape, where = ""): string | undefined {
  if (!isObject(value)) return `${where || "it"} is ${told(value)}, expected an object`;
  for (const [key, kind] of Object.entries(shape)) {
    const field = value[key];
    if (field === undefined || field === null || KINDS[kind].is(field)) continue;
    return `${where ? `${where}.` : ""}${key} is ${told(field)}, expected ${KINDS[kind].name}`;
  }
  return undefined;
}

/** Not the value itself, which may be a secret in the wrong place. */
function told(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined
    ? "missing"
    : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/** The file as an object of that shape, or an error that names the file and the next step. */
export function readShape<T>(text: string, path: string, shape: Shape, next: string): T {
  const refuse = (why: string): EngineError =>
    new EngineError(`cannot read ${path}: ${why}; nothing was changed: ${next}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is not whole JSON (${(error as Error).message})`);
  }
  const wrong = misfit(json, shape);
  if (wrong !== undefined) throw refuse(wrong);
  return json as T;
}
