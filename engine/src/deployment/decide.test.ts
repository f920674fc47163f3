import { describe, expect, test } from "vitest";
import { Secret, UNKNOWN } from "../values/property.ts";
import {
  NO_DIFF,
  componentDiff,
  decide,
  ignoreChanges,
  replaceOnChanges,
  triggerFired,
  type Decision,
  type Situation,
} from "./decide.ts";
import { emptyGoal } from "./deployment.ts";
import { newResource, type Resource } from "./resource.ts";

const goal = emptyGoal("memory:index/thing:Thing", "x", {});
const old: Resource = { ...newResource("urn:x", goal, undefined), id: "x" };
const changed = { changed: ["value"], replaced: [] };
const replaced = { changed: ["fixed"], replaced: ["fixed"] };
const base: Situation = {
  old,
  goal,
  diff: NO_DIFF,
  recreating: false,
  targeted: true,
  forced: false,
};

describe("decide", () => {
  const cases: [string, Partial<Situation>, Decision][] = [
    ["nothing in state", { old: undefined }, "create"],
    ["nothing in state, not a target", { old: undefined, targeted: false }, "skip-create"],
    ["no difference", {}, "same"],
    ["not a target", { diff: changed, targeted: false }, "keep"],
    ["a difference", { diff: changed }, "update"],
    ["no difference but an unfinished creation", { old: { ...old, initErrors: ["x"] } }, "update"],
    ["a replacing difference", { diff: replaced }, "replace-create-first"],
    [
      "a replacing difference of what cannot stand side by side",
      { diff: { ...replaced, deleteBeforeReplace: true } },
      "replace-delete-first",
    ],
    [
      "the program overrules the provider on the order",
      {
        diff: { ...replaced, deleteBeforeReplace: true },
        goal: { ...goal, deleteBeforeReplace: false },
      },
      "replace-create-first",
    ],
    [
      "the program asks to delete first",
      { diff: replaced, goal: { ...goal, deleteBeforeReplace: true } },
      "replace-delete-first",
    ],
    ["replaced for another's sake", { forced: true }, "replace-create-first"],
    [
      "deleted by an interrupted replacement",
      { old: { ...old, pendingReplacement: true } },
      "replace-delete-first",
    ],
    ["deleted earlier in this run", { recreating: true, diff: changed }, "recreate"],
    ["read before, owned now", { old: { ...old, external: true } }, "take-over"],
  ];
  test.each(cases)("%s", (_, situation, expected) => {
    expect(decide({ ...base, ...situation })).toBe(expected);
  });
});

test("ignoreChanges puts old values back, also inside lists, objects and secrets", () => {
  const olds = { a: 1, b: { c: "old", d: 1 }, e: [{ f: 1 }, { f: 2 }], s: new Secret("old") };
  const news = { a: 2, b: { c: "new", d: 2 }, e: [{ f: 9 }, { f: 9 }], s: new Secret("new"), z: 1 };
  expect(ignoreChanges(news, olds, ["a", "b.c", "e[*].f", "s", "z"])).toEqual({
    a: 1,
    b: { c: "old", d: 2 },
    e: [{ f: 1 }, { f: 2 }],
    s: new Secret("old"),
  });
  expect(ignoreChanges(news, olds, ['b["c"]', "e[1].f"])).toMatchObject({
    b: { c: "old" },
    e: [{ f: 9 }, { f: 2 }],
  });
});

test("replaceOnChanges takes the paths that it covers, and * takes all", () => {
  const diff = { changed: ["ports[0].external", "labels"], replaced: [] };
  expect(replaceOnChanges(diff, ["ports"]).replaced).toEqual(["ports[0].external"]);
  expect(replaceOnChanges(diff, ["ports[*].internal"]).replaced).toEqual([]);
  expect(replaceOnChanges(diff, ["*"]).replaced).toEqual(diff.changed);
  expect(replaceOnChanges(NO_DIFF, ["*"]).replaced).toEqual([]);
});

test("components differ by their inputs, unknown ones included", () => {
  expect(componentDiff({ a: 1 }, { a: 1 })).toEqual(NO_DIFF);
  expect(componentDiff({ a: 1, b: 1 }, { a: UNKNOWN, c: 1 }).changed).toEqual(["a", "b", "c"]);
});

test("a trigger fires when it changes, not when it appears", () => {
  const fires = (before: string | null, now: string | null): boolean =>
    triggerFired({ ...old, replacementTrigger: before }, { ...goal, replacementTrigger: now });
  expect([fires("a", "b"), fires("a", "a"), fires(null, "a"), fires("a", null)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
