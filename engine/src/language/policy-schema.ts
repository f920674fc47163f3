/** JSON schema as far as the configuration of policies uses it. The words are those that the CLI prints. Pure. */
import { unsupported } from "../errors.ts";
import type { Json } from "../values/wire.ts";

export interface Schema {
  readonly [keyword: string]: Json;
}

type Check = (wanted: Json, value: Json, at: string) => string[];

const UNCHECKED = new Set(["default", "description", "title", "format"]);

/** What is wrong with a value, each with where it is: "limits.cpu: Must be greater than or equal to 1". */
export function problemsOf(schema: Schema, value: Json, at = ""): string[] {
  const out: string[] = [];
  for (const [keyword, wanted] of Object.entries(schema)) {
    const check = Object.hasOwn(CHECKS, keyword) ? CHECKS[keyword] : undefined;
    if (check) out.push(...check(wanted, value, at));
    else if (!UNCHECKED.has(keyword))
      throw unsupported(`the keyword "${keyword}" in the configuration schema of a policy`);
  }
  return out;
}

/** A problem of the whole has no place. */
const told = (at: string, words: string): string[] => [at === "" ? words : `${at}: ${words}`];
const inside = (at: string, key: string): string => (at === "" ? key : `${at}.${key}`);
const isMap = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

const isType = (type: Json, value: Json): boolean =>
  typeOf(value) === type || (type === "number" && typeof value === "number");

const compared =
  (holds: (value: number, limit: number) => boolean, words: string): Check =>
  (limit, value, at) =>
    typeof value === "number" && !holds(value, Number(limit))
      ? told(at, `${words} ${Number(limit)}`)
      : [];

const sized =
  (
    sizeOf: (value: Json) => number | undefined,
    fits: (size: number, limit: number) => boolean,
    words: string,
  ): Check =>
  (limit, value, at) => {
    const size = sizeOf(value);
    return size !== undefined && !fits(size, Number(limit))
      ? told(at, words.replace("%", String(Number(limit))))
      : [];
  };
const length = (value: Json): number | undefined =>
  typeof value === "string" ? [...value].length : undefined;
const count = (value: Json): number | undefined =>
  Array.isArray(value) ? value.length : undefined;
const least = (size: number, limit: number): boolean => size >= limit;
const most = (size: number, limit: number): boolean => size <= limit;

const CHECKS: { readonly [keyword: string]: Check } = {
  type: (wanted, value, at) => {
    const types = Array.isArray(wanted) ? wanted : [wanted];
    return types.some((type) => isType(type, value))
      ? []
      : told(at, `Invalid type. Expected: ${types.map(String).join("/")}, given: ${typeOf(value)}`);
  },
  enum: (wanted, value, at) => {
    const allowed = (wanted as Json[]).map((v) => JSON.stringify(v));
    return allowed.includes(JSON.stringify(value))
      ? []
      : told(
          at,
          `${at === "" ? "(root)" : at} must be one of the following: ${allowed.join(", ")}`,
        );
  },
  const: (wanted, value, at) =>
    JSON.stringify(wanted) === JSON.stringify(value)
      ? []
      : told(at, `${at === "" ? "(root)" : at} does not match: ${JSON.stringify(wanted)}`),
  minimum: compared((value, limit) => value >= limit, "Must be greater than or equal to"),
  maximum: compared((value, limit) => value <= limit, "Must be less than or equal to"),
  exclusiveMinimum: compared((value, limit) => value > limit, "Must be greater than"),
  exclusiveMaximum: compared((value, limit) => value < limit, "Must be less than"),
  multipleOf: compared((value, limit) => Number.isInteger(value / limit), "Must be a multiple of"),
  minLength: sized(length, least, "String length must be greater than or equal to %"),
  maxLength: sized(length, most, "String length must be less than or equal to %"),
  minItems: sized(count, least, "Array must have at least % items"),
  maxItems: sized(count, most, "Array must have at most % items"),
  pattern: (wanted, value, at) =>
    typeof value === "string" && !new RegExp(String(wanted)).test(value)
      ? told(at, `Does not match pattern '${String(wanted)}'`)
      : [],
  uniqueItems: (wanted, value, at) => {
    if (wanted !== true || !Array.isArray(value)) return [];
    const texts = value.map((v) => JSON.stringify(v));
    const twice = texts.findIndex((text, i) => texts.indexOf(text) !== i);
    return twice < 0
      ? []
      : told(at, `array items[${texts.indexOf(texts[twice]!)},${twice}] must be unique`);
  },
  required: (wanted, value, at) =>
    isMap(value)
      ? (wanted as string[])
          .filter((key) => !Object.hasOwn(value, key))
          .flatMap((key) => told(at, `${key} is required`))
      : [],
  properties: (wanted, value, at) =>
    isMap(value)
      ? Object.entries(wanted as { [key: string]: Schema })
          .filter(([key]) => Object.hasOwn(value, key))
          .flatMap(([key, schema]) => problemsOf(schema, value[key]!, inside(at, key)))
      : [],
  items: (wanted, value, at) =>
    Array.isArray(value)
      ? value.flatMap((v, i) => {
          const schema = Array.isArray(wanted) ? wanted[i] : wanted;
          return schema === undefined ? [] : problemsOf(schema as Schema, v, inside(at, String(i)));
        })
      : [],
};
