import type { PropertyMap } from "../../provider.ts";
import { isAbsent, type Properties, type ResourceSchema } from "../schema.ts";

const keepers: Properties = { keepers: { kind: { map: "string" }, forceNew: true } };

const count = (atLeast: number, fallback?: number) =>
  ({ kind: "integer", forceNew: true, atLeast, default: fallback }) as const;
const flag = { kind: "boolean", forceNew: true, default: true } as const;

const characters: Properties = {
  ...keepers,
  length: { kind: "integer", forceNew: true, required: true, atLeast: 1 },
  lower: flag,
  upper: flag,
  special: flag,
  number: flag,
  numeric: flag,
  minLower: count(0, 0),
  minUpper: count(0, 0),
  minNumeric: count(0, 0),
  minSpecial: count(0, 0),
  overrideSpecial: { kind: "string", forceNew: true },
};

/** `number` is the older name of `numeric`; the reference keeps both in state. */
function expandNumeric(inputs: PropertyMap): PropertyMap {
  const { number, numeric } = inputs;
  if (isAbsent(number) && isAbsent(numeric)) return inputs;
  return { ...inputs, number: number ?? numeric!, numeric: numeric ?? number! };
}

function characterRules(inputs: PropertyMap): { property: string; reason: string }[] {
  const { number, numeric, length } = inputs;
  const failures = [];
  if (!isAbsent(number) && !isAbsent(numeric) && number !== numeric)
    failures.push({
      property: "number",
      reason: `is ${String(number)} but numeric is ${String(numeric)}; remove number, the older name`,
    });
  const minimums = ["minLower", "minUpper", "minNumeric", "minSpecial"].map((key) => inputs[key]);
  const least = minimums.reduce<number>((sum, n) => sum + (typeof n === "number" ? n : 0), 0);
  if (typeof length === "number" && least > length)
    failures.push({
      property: "length",
      reason: `is ${length}; allowed: at least ${least}, the sum of minLower, minUpper, minNumeric and minSpecial; raise it`,
    });
  return failures;
}

const text = (type: string, stateVersion: number, outputs: Properties): ResourceSchema => ({
  type,
  bridge: "framework",
  stateVersion,
  properties: { ...characters, ...outputs },
  expand: expandNumeric,
  rules: characterRules,
});

const output = { kind: "string", outputOnly: true } as const;
const secretOutput = { ...output, secret: true } as const;

export const schemas = {
  password: text("random:index/randomPassword:RandomPassword", 3, {
    result: secretOutput,
    bcryptHash: secretOutput,
  }),
  string: text("random:index/randomString:RandomString", 2, { result: output }),
  id: {
    type: "random:index/randomId:RandomId",
    bridge: "framework",
    properties: {
      ...keepers,
      byteLength: { kind: "integer", forceNew: true, required: true, atLeast: 1 },
      prefix: { kind: "string", forceNew: true },
      b64Std: output,
      b64Url: output,
      dec: output,
      hex: output,
    },
  },
  integer: {
    type: "random:index/randomInteger:RandomInteger",
    bridge: "framework",
    properties: {
      ...keepers,
      min: { kind: "integer", forceNew: true, required: true },
      max: { kind: "integer", forceNew: true, required: true },
      seed: {
        kind: "string",
        unsupported:
          "remove it, so that the number is drawn at random, or compute it in the program",
      },
      result: { kind: "integer", outputOnly: true },
    },
    rules: ({ min, max }) =>
      typeof min === "number" && typeof max === "number" && min > max
        ? [{ property: "min", reason: `is ${min}; allowed: at most max (${max}); lower it` }]
        : [],
  },
  uuid: {
    type: "random:index/randomUuid:RandomUuid",
    bridge: "framework",
    properties: { ...keepers, result: output },
  },
} satisfies Record<string, ResourceSchema>;
