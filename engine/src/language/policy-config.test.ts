import { describe, expect, test } from "vitest";
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
  });
});
