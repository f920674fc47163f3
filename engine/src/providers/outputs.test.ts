import { describe, expect, test } from "vitest";
import type { PropertyMap } from "../provider.ts";
import { keepSpelling, knownOutputs, refreshOutputs } from "./outputs.ts";
import type { ResourceSchema } from "./schema.ts";

const schema: ResourceSchema = {
  type: "test:index:Thing",
  bridge: "sdk",
  properties: {
    size: { kind: "integer" },
    on: { kind: "boolean", default: true },
    host: { kind: "string", computed: true },
    tags: { kind: { set: "string" } },
    options: { kind: { map: "string" } },
    parts: {
      kind: {
        set: {
          block: {
            id: { kind: "string" },
            note: { kind: "string" },
            ro: { kind: "boolean" },
            way: { kind: "string", default: "in" },
            words: { kind: { set: "string" } },
          },
        },
      },
    },
    every: {
      kind: "string",
      same: (a, b) => String(a).replace("1m0s", "60s") === String(b).replace("1m0s", "60s"),
    },
    result: { kind: "string", outputOnly: true },
  },
};

test("known outputs are complete, down into the blocks", () => {
  expect(knownOutputs(schema, { parts: [{ id: "a" }] })).toEqual({
    size: null,
    on: true,
    host: null,
    tags: [],
    options: null,
    parts: [{ id: "a", note: "", ro: null, way: "in", words: [] }],
    every: null,
    result: null,
  });
});

test("what the object fills in stays, what the program dropped does not", () => {
  const old = { size: 5, host: "h", result: "r", on: false };
  expect(knownOutputs(schema, {}, old)).toMatchObject({
    size: null,
    host: "h",
    result: "r",
    on: true,
  });
});

test("the program's spelling stays where it means the same", () => {
  const known = { every: "60s", tags: ["b", "a"], size: 1 };
  const seen = { every: "1m0s", tags: ["a", "b"], size: 2, host: "" };
  expect(keepSpelling(schema, known, seen)).toEqual({ ...known, size: 2, host: "" });
});

describe("a refresh", () => {
  const state: PropertyMap = { size: 1, tags: [], options: null, every: "60s", __meta: "kept" };

  test("gives the very state when nothing changed", () => {
    const seen = { size: 1, tags: null, options: null, every: "1m0s", host: null };
    expect(refreshOutputs(schema, state, seen)).toBe(state);
  });

  test("gives what changed, and not what described the state before", () => {
    const seen = { size: 2, tags: null, options: {}, every: "1m0s" };
    expect(refreshOutputs(schema, state, seen)).toEqual({
      size: 2,
      tags: [],
      // An empty map is what the reference makes of none when it reads.
      options: {},
      every: "60s",
    });
  });

  test("completes a state that lacks a value", () => {
    const seen = { size: 1, tags: [], options: null, every: "60s", on: false };
    expect(refreshOutputs(schema, state, seen)).toMatchObject({ on: false });
  });
});
