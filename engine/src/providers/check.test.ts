import { describe, expect, test } from "vitest";
import { UNKNOWN, type PropertyMap } from "../provider.ts";
import { checkInputs } from "./check.ts";
import type { ResourceSchema } from "./schema.ts";

const schema: ResourceSchema = {
  type: "test:index:Thing",
  bridge: "sdk",
  properties: {
    name: { kind: "string", autoName: true },
    size: { kind: "integer", atLeast: 0 },
    mode: { kind: "string", default: "fast", allowed: ["fast", "slow"] },
    flag: { kind: "boolean", default: false },
    parts: {
      kind: {
        set: {
          block: { id: { kind: "string", required: true }, on: { kind: "boolean", default: true } },
        },
      },
    },
    options: { kind: { map: "string" } },
    password: { kind: "string", secret: true, allowed: ["a"] },
    later: { kind: "any", unsupported: "do without" },
    result: { kind: "string", outputOnly: true },
  },
};

const check = (news: PropertyMap, olds?: PropertyMap, seed = 1, type = schema) =>
  checkInputs(type, {
    urn: "urn:pulumi:s::p::test:index:Thing::web",
    news,
    seed: Uint8Array.of(seed),
    ...(olds && { olds }),
  });

describe("defaults", () => {
  test("only those that say something are written down, with their names", () => {
    const { inputs, failures } = check({ name: "n", parts: [{ id: "a" }] });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      name: "n",
      mode: "fast",
      parts: [{ id: "a", on: true, __defaults: ["on"] }],
      __defaults: ["mode"],
    });
  });

  test("a type of the newer bridge keeps the inputs as they are", () => {
    const framework = { ...schema, bridge: "framework" } as const;
    expect(check({ name: "n" }, undefined, 1, framework).inputs).toEqual({ name: "n" });
  });
});

describe("auto-names", () => {
  test("come from the seed, so that preview and up agree", () => {
    const { inputs } = check({});
    expect(inputs["name"]).toMatch(/^web-[0-9a-f]{7}$/);
    expect(inputs["__defaults"]).toEqual(["mode", "name"]);
    expect(check({}).inputs).toEqual(inputs);
    expect(check({}, undefined, 2).inputs["name"]).not.toBe(inputs["name"]);
  });

  test("are kept, unless the program had chosen the old one", () => {
    expect(check({}, { name: "web-0000000", __defaults: ["name"] }).inputs["name"]).toBe(
      "web-0000000",
    );
    expect(check({}, { name: "mine", __defaults: [] }).inputs["name"]).toMatch(/^web-/);
  });
});

describe("refusals", () => {
  test.each<[string, PropertyMap, string, RegExp]>([
    ["unknown", { nmae: "x" }, "nmae", /not known to test:index:Thing; allowed: flag, mode, name/],
    ["an output", { result: "x" }, "result", /is an output/],
    ["unsupported", { later: "x" }, "later", /offline engine: do without/],
    ["not allowed", { mode: "odd" }, "mode", /is "odd"; allowed: "fast", "slow"/],
    ["too small", { size: -1 }, "size", /is -1; allowed: a whole number of at least 0/],
    ["no whole number", { size: 1.5 }, "size", /allowed: a whole number/],
    ["wrong type", { options: ["x"] }, "options", /allowed: an object/],
    ["missing below", { parts: [{}] }, "parts[0].id", /is missing/],
    ["unknown below", { parts: [{ id: "a", x: 1 }] }, "parts[0].x", /not known/],
    ["a secret", { password: "hunter2" }, "password", /^is \(secret\); allowed: "a"/],
  ])("%s", (_name, news, property, reason) => {
    const { failures } = check(news);
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) as string }]);
  });

  test("all come at once", () => {
    expect(check({ a: 1, b: 2, size: "x" }).failures.map(({ property }) => property)).toEqual([
      "a",
      "b",
      "size",
    ]);
  });
});

test("unknown values pass, numbers given as text become numbers, null is nothing", () => {
  const { inputs, failures } = check({
    name: UNKNOWN,
    size: "5",
    flag: "true",
    parts: UNKNOWN,
    options: { a: 1 },
    mode: null,
  });
  expect(failures).toEqual([]);
  expect(inputs).toMatchObject({
    name: UNKNOWN,
    size: 5,
    flag: true,
    parts: UNKNOWN,
    options: { a: "1" },
    mode: "fast",
  });
});
