/** Keys of `config --path`: `a.b[0]["c.d"]`, and what they do inside a map or list. Pure, on plain JSON. */
import { EngineError } from "../errors.ts";

export type ConfigPath = readonly (string | number)[];
type Json = unknown;
type Map = { [key: string]: Json };

const bad = (why: string): EngineError => new EngineError(`invalid config key path: ${why}`);

export function parseConfigPath(text: string): ConfigPath {
  const out: (string | number)[] = [];
  let rest = text;
  if (rest.startsWith(".")) throw bad("expected property path to start with a name or index");
  while (rest !== "") {
    if (rest.startsWith(".")) {
      rest = rest.slice(1);
      if (rest === "") throw bad("expected property path to end with a name or index");
      if (rest.startsWith("[")) throw bad("expected property name after '.'");
    }
    const quoted = /^\["((?:[^"\\]|\\.)*)("?)(\]?)/.exec(rest);
    const index = /^\[([^\]]*)(\]?)/.exec(rest);
    if (quoted) {
      if (!quoted[2]) throw bad("missing closing quote in property name");
      if (!quoted[3]) throw bad("missing closing bracket in property access");
      out.push(quoted[1]!.replaceAll(/\\(.)/g, "$1"));
      rest = rest.slice(quoted[0].length);
    } else if (index) {
      if (!index[2]) throw bad("missing closing bracket in array index");
      if (!/^\d+$/.test(index[1]!))
        throw bad(`invalid array index: strconv.ParseInt: parsing "${index[1]}": invalid syntax`);
      out.push(Number(index[1]));
      rest = rest.slice(index[0].length);
    } else {
      const [name] = /^[^.[]*/.exec(rest)!;
      out.push(name);
      rest = rest.slice(name.length);
    }
  }
  if (out.length === 0) throw new EngineError("empty config key path");
  if (typeof out[0] !== "string")
    throw new EngineError("first path segement of config key must be a string");
  return out;
}

/** In a path `true`, `false` and whole numbers are what they look like; `0123` and all else are text. */
export function coerced(text: string): Json {
  if (text === "true" || text === "false") return text === "true";
  return /^(0|[+-]?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))
    ? Number(text)
    : text;
}

export function valueAt(root: Json, path: ConfigPath): Json | undefined {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) ? typeof step !== "number" : !Object.hasOwn(value, step))
      return undefined;
    value = (value as Map)[step];
  }
  return value;
}

const shown = (path: ConfigPath): string =>
  path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join("");
const isSecure = (value: Json): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
const RESERVED = '"secure" key in maps of length 1 are reserved';

/** `root` with `value` at the path, which lies inside the value of one key; `before` is where `root` is. */
export function withValue(root: Json, before: ConfigPath, path: ConfigPath, value: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const container = containerFor(root, before, step);
  const here = [...before, step];
  if (Array.isArray(container)) {
    if (typeof step !== "number")
      throw new EngineError(`${shown(here)}: key for an array must be an int`);
    if (step > container.length) throw new EngineError(`${shown(here)}: array index out of range`);
    const list = [...(container as Json[])];
    list[step] = withValue(list[step], here, rest, value);
    return list;
  }
  if (typeof step !== "string")
    throw new EngineError(`${shown(here)}: key for a map must be a string`);
  const map = container as Map;
  if (
    rest.length === 0 &&
    step === "secure" &&
    Object.keys(map).length === 0 &&
    typeof value === "string"
  )
    throw new EngineError(RESERVED);
  return { ...map, [step]: withValue(map[step], here, rest, value) };
}

function containerFor(root: Json, before: ConfigPath, step: string | number): Map | Json[] {
  if (typeof root === "object" && root !== null && !isSecure(root)) return root as Map | Json[];
  // The value of a key itself may be replaced, what is deeper may not.
  if (root !== undefined && root !== null && before.length > 1)
    throw new EngineError(
      `${shown(before)}: expected ${typeof step === "number" ? "an array" : "a map"}`,
    );
  return typeof step === "number" ? Array.from({ length: step + 1 }, () => null) : {};
}

export function withoutValue(root: Json, path: ConfigPath): Json {
  const [step, ...rest] = path;
  if (step === undefined || valueAt(root, [step]) === undefined) return root;
  if (Array.isArray(root))
    return rest.length === 0
      ? root.filter((_, i) => i !== step)
      : root.map((v: Json, i) => (i === step ? withoutValue(v, rest) : v));
  const { [step]: old, ...others } = root as Map;
  if (rest.length > 0) return { ...(root as Map), [step]: withoutValue(old, rest) };
  if (isSecure(others) && typeof others["secure"] === "string") throw new EngineError(RESERVED);
  return others;
}
