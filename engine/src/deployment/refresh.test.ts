import { expect, test } from "vitest";
import { emptyGoal, newResource } from "./resource.ts";
import { inverted, withoutDangling } from "./refresh.ts";
import { changedInState } from "./snapshot.ts";

const make = (urn: string, propertyDependencies: { [property: string]: string[] }) => ({
  ...newResource(urn, emptyGoal("t:i:T", urn, {}), undefined),
  propertyDependencies,
});

test("after a refresh no property depends on what is gone, and one without dependencies is not noted", () => {
  const [base, same] = [make("base", {}), make("same", { name: ["base"] })];
  const mixed = make("mixed", { name: ["base", "gone"], size: [], shape: ["gone"] });
  const settled = withoutDangling([base, same, mixed]);
  expect(settled[0]).toBe(base);
  expect(settled[1]).toBe(same);
  expect(settled[2]!.propertyDependencies).toEqual({ name: ["base"] });
});

test("the next up notes them again", () => {
  const [noted, bare] = [make("a", { size: [] }), make("a", {})];
  expect(changedInState(bare, noted)).toBe(true);
  expect(changedInState(noted, make("a", { size: [] }))).toBe(false);
});

test("what an update would add, the refresh found deleted", () => {
  const changed = ["a", "b", "c"];
  const diff = { changed, replaced: [], detailed: { a: "add", b: "delete-replace", c: "update" } };
  expect(inverted(diff as Parameters<typeof inverted>[0]).detailed).toEqual({
    a: "delete",
    b: "add-replace",
    c: "update",
  });
});
