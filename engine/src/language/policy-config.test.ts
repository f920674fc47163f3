import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EngineError } from "../errors.ts";
import { corrupted, misshapen } from "../testing/corrupt.ts";
import { parsePolicyConfig, reconcile, type KnownPolicy } from "./policy-config.ts";
import { problemsOf } from "./policy-schema.ts";

const POLICIES: KnownPolicy[] = [
  {
    name: "short",
    level: "mandatory",
    properties: { minimum: { type: "number", default: 3 }, word: { type: "string" } },
    required: ["minimum"],
  },
  { name: "see", level: "advisory", properties: {}, required: [] },
];

test("defaults, then the pack's own values, then the file's, then what it says of one policy", () => {
  const file = parsePolicyConfig(
    JSON.stringify({ all: "disabled", short: { enforcementLevel: "advisory", word: "x" } }),
    "f",
  );
  const { settings, problems } = reconcile(
    POLICIES,
    { short: { properties: { minimum: 5 } } },
    file,
  );
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    short: { level: "advisory", properties: { minimum: 5, word: "x" } },
    see: { level: "disabled", properties: {} },
  });
});

test("an empty file changes nothing", () => {
  expect(reconcile(POLICIES, parsePolicyConfig(" \n", "f"))).toEqual(reconcile(POLICIES));
});

test.each([
  [
    '{"see": "loud"}',
    'parsing enforcement level for "see": "loud" is not a valid enforcement level',
  ],
  ['{"see": 3}', 'parsing "see": 3 is not a valid value; must be a string or object'],
  ["[]", "must be an object by policies"],
  ["{", "flag --policy-pack-config: f: "],
])("%s is refused", (text, words) => expect(() => parsePolicyConfig(text, "f")).toThrow(words));

test("a wrong value is told with its policy", () => {
  const file = parsePolicyConfig('{"short": {"minimum": "x"}}', "f");
  expect(reconcile(POLICIES, file).problems).toEqual([
    "short: minimum: Invalid type. Expected: number, given: string",
  ]);
});

describe("whatever is in the file, it is taken or refused with an error, and only policies of the pack are set", () => {
  const file = {
    all: "mandatory",
    see: "disabled",
    short: { enforcementLevel: "advisory", minimum: 4, word: "x" },
    ["of another pack"]: { enforcementLevel: "remediate", list: [1, { deep: null }] },
  };
  const levels = ["advisory", "mandatory", "remediate", "disabled"];

  function isTakenOrRefused(text: string): void {
    try {
      const { settings, problems } = reconcile(POLICIES, parsePolicyConfig(text, "FILE"));
      expect(Object.keys(settings).sort()).toEqual(["see", "short"]);
      for (const { level } of Object.values(settings)) expect(levels).toContain(level);
      for (const problem of problems) expect(problem).toMatch(/^(see|short): /);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      expect(error.message).toMatch(/FILE|^parsing /);
      expect(error.message).not.toContain("undefined");
    }
  }
  test("damaged anywhere", () =>
    fc.assert(fc.property(corrupted(JSON.stringify(file)), isTakenOrRefused), { numRuns: 500 }));
  test("well-formed, with something else in it", () =>
    fc.assert(
      fc.property(misshapen(file), (json) => isTakenOrRefused(JSON.stringify(json))),
      { numRuns: 500 },
    ));
  test.each(["constructor", "__proto__", "toString", "all", ""])("a policy named %j", (name) =>
    isTakenOrRefused(`{${JSON.stringify(name)}: {"enforcementLevel": "disabled", "minimum": 1}}`),
  );
});

describe("schemas", () => {
  test.each([
    [{ enum: ["a", "b"] }, "c", 'k must be one of the following: "a", "b"'],
    [{ minimum: 2 }, 1, "k: Must be greater than or equal to 2"],
    [{ maxLength: 2 }, "abc", "k: String length must be less than or equal to 2"],
    [
      { items: { type: "string" } },
      ["a", 1],
      "k.1: Invalid type. Expected: string, given: integer",
    ],
    [{ required: ["x"] }, {}, "k: x is required"],
  ])("%j: %j", (schema, value, words) =>
    expect(problemsOf(schema, value as never, "k").join()).toContain(words),
  );
  test("a keyword that is not checked is refused rather than passed over", () => {
    expect(() => problemsOf({ contains: {} }, [])).toThrow('the keyword "contains"');
    expect(() => problemsOf({ constructor: {} }, [])).toThrow('the keyword "constructor"');
  });
});
