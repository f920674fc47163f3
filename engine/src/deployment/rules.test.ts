import { expect, test } from "vitest";
import { Secret, UNKNOWN } from "../values/property.ts";
import { emptyGoal, newResource, type Resource } from "./resource.ts";
import { NO_DIFF, componentDiff, ignoreChanges, replaceOnChanges, triggerFired } from "./rules.ts";

const goal = emptyGoal("memory:index/thing:Thing", "x", {});
const old: Resource = { ...newResource("urn:x", goal, undefined), id: "x" };

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
  expect(replaceOnChanges(diff, ["labels.a"]).replaced).toEqual([]);
  expect(replaceOnChanges(diff, ["*"]).replaced).toEqual(diff.changed);
  expect(replaceOnChanges(NO_DIFF, ["*"]).replaced).toEqual([]);
  expect(replaceOnChanges(NO_DIFF, ["*"], true).replaced).toEqual(["#initerror"]);
});

test("components differ by their inputs, unknown ones included", () => {
  expect(componentDiff({ a: 1 }, { a: 1 })).toEqual(NO_DIFF);
  expect(componentDiff({ a: 1, b: 1 }, { a: UNKNOWN, c: 1 }).changed).toEqual(["a", "b", "c"]);
});

test("a trigger fires when it changes or is not known, not when it appears or becomes secret", () => {
  const fires = (before: Resource["replacementTrigger"], now: typeof before): boolean =>
    triggerFired({ ...old, replacementTrigger: before! }, { ...goal, replacementTrigger: now! });
  expect(fires("a", "b")).toBe(true);
  expect(fires("a", "a")).toBe(false);
  expect(fires(null, "a")).toBe(false);
  expect(fires("a", null)).toBe(false);
  expect(fires("a", new Secret("a"))).toBe(false);
  expect(fires({ k: ["a"] }, { k: [new Secret("b")] })).toBe(true);
  expect(fires(null, UNKNOWN)).toBe(true);
});
