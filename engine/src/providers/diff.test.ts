import { describe, expect, test } from "vitest";
import { UNKNOWN, type PropertyMap } from "../provider.ts";
import { diffInputs } from "./diff.ts";
import type { ResourceSchema } from "./schema.ts";

const schema: ResourceSchema = {
  type: "test:index:Thing",
  bridge: "sdk",
  properties: {
    name: { kind: "string", forceNew: true },
    size: { kind: "integer" },
    on: { kind: "boolean", default: true },
    driver: { kind: "string", computed: true, forceNew: true },
    words: { kind: { list: "string" } },
    tags: {
      kind: { set: { block: { key: { kind: "string" }, value: { kind: "string" } } } },
      forceNew: true,
    },
    options: { kind: { map: "string" } },
    probe: { kind: { block: { every: { kind: "string", default: "0s" } } } },
    result: { kind: "string", outputOnly: true },
  },
};
const state: PropertyMap = {
  name: "a",
  size: 1,
  on: true,
  driver: "local",
  words: ["x", "y"],
  tags: [
    { key: "k", value: "1" },
    { key: "l", value: "2" },
  ],
  options: { o: "1" },
  probe: { every: "0s" },
  result: "r",
};
const now: PropertyMap = {
  name: "a",
  size: 1,
  words: ["x", "y"],
  tags: [
    { key: "l", value: "2", __defaults: [] },
    { key: "k", value: "1", __defaults: [] },
  ],
  options: { o: "1" },
  probe: { every: "0s", __defaults: ["every"] },
  __defaults: [],
};

test("nothing differs: sets have no order, what the object fills in is left alone", () => {
  expect(diffInputs(schema, state, now)).toEqual({ changed: [], replaced: [] });
});

describe("changes", () => {
  test.each<[string, PropertyMap, string[], string[]]>([
    ["in place", { size: 2 }, ["size"], []],
    ["replacing", { name: "b" }, ["name"], ["name"]],
    ["removed", { size: null }, ["size"], []],
    ["false is not the default true", { on: false }, ["on"], []],
    ["an item of a list", { words: ["x", "z"] }, ["words[1]"], []],
    ["a longer list", { words: ["x", "y", "z"] }, ["words"], []],
    [
      "a member of a set",
      {
        tags: [
          { key: "k", value: "1" },
          { key: "l", value: "3" },
        ],
      },
      ["tags[1].value"],
      ["tags[1].value"],
    ],
    ["a member less", { tags: [{ key: "k", value: "1" }] }, ["tags[1]"], ["tags[1]"]],
    ["map keys", { options: { o: "1", "p.q": "2" } }, ['options["p.q"]'], []],
    ["inside a block", { probe: { every: "5s" } }, ["probe.every"], []],
    ["not known yet", { name: UNKNOWN }, ["name"], ["name"]],
    ["computed, set to another", { driver: "nfs" }, ["driver"], ["driver"]],
  ])("%s", (_name, change, changed, replaced) => {
    expect(diffInputs(schema, state, { ...now, ...change })).toMatchObject({ changed, replaced });
  });
});

test("what came, went and changed is told by path, with the root properties that replace", () => {
  const tags = [
    { key: "l", value: "2" },
    { key: "m", value: "3" },
    { key: "n", value: "4" },
  ];
  const { size: _, ...rest } = now;
  const { detailed, keys } = diffInputs(schema, state, { ...rest, tags, options: { o: "2" } });
  expect(detailed).toEqual({
    size: "delete",
    "options.o": "update",
    "tags[1]": "add",
    "tags[2]": "add",
    "tags[0]": "delete",
  });
  expect(keys).toEqual(["tags"]);
});

test.each([null, "", false, 0, [], {}])("an empty %o is the same as nothing", (empty) => {
  const { name: _name, size: _size, ...rest } = now;
  const old = { ...state, name: empty, size: empty } as PropertyMap;
  expect(diffInputs(schema, old, rest).changed).toEqual([]);
});

test("ignored changes are left out, with all below them", () => {
  const changed = { ...now, size: 2, options: { o: "2" }, name: "b" };
  expect(diffInputs(schema, state, changed, ["options", "name"]).changed).toEqual(["size"]);
  expect(diffInputs(schema, state, { ...now, sizes: 1 }, ["size"]).changed).toEqual([]);
});

describe("what is deleted before it is replaced", () => {
  const named: ResourceSchema = {
    ...schema,
    properties: { ...schema.properties, name: { kind: "string", forceNew: true, autoName: true } },
  };
  const other = { ...now, tags: [] };
  test.each<[string, ResourceSchema, PropertyMap, true | undefined]>([
    ["its name is the program's", named, other, true],
    ["its name was made up", named, { ...other, __defaults: ["name"] }, undefined],
    ["names are not made up", schema, other, undefined],
    ["its type is such", { ...schema, deleteBeforeReplace: true }, other, true],
    ["nothing replaces it", { ...named, deleteBeforeReplace: true }, now, undefined],
  ])("%s", (_, type, news, expected) =>
    expect(diffInputs(type, state, news).deleteBeforeReplace).toBe(expected),
  );
});
