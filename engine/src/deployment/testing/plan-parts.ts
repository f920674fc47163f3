/** A registration, its old state and answers to start from, for the tests of the planner. */
import type { Diff } from "../../provider.ts";
import { emptyGoal, type Goal, newResource, type Resource } from "../resource.ts";
import type { Answers, View } from "../plan.ts";

export const urn = "urn:pulumi:dev::testing::memory:index/thing:Thing::x";
export const provider = "urn:pulumi:dev::testing::pulumi:providers:memory::default::1";
export const goal: Goal = {
  ...emptyGoal("memory:index/thing:Thing", "x", { value: "new" }),
  provider,
};
export const old: Resource = {
  ...newResource(urn, goal, undefined),
  id: "x",
  inputs: { value: "old", name: "x-1234567" },
};
export const base: View = {
  urn,
  goal,
  old,
  mode: "update",
  preview: false,
  targeted: true,
  replaceAsked: false,
  imported: false,
  lacking: false,
  replaced: new Set(),
};
export const none: Diff = { changed: [], replaced: [] };
export const changed: Diff = { changed: ["value"], replaced: [] };
export const replaced: Diff = { changed: ["fixed"], replaced: ["fixed"] };
export const full: Answers = {
  check: { inputs: { value: "checked" }, failures: [] },
  fresh: { inputs: { value: "fresh" }, failures: [] },
  provider: none,
  diff: none,
  dependants: [],
};
