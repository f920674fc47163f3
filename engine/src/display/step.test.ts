import { describe, expect, test } from "vitest";
import type { Diff } from "../provider.ts";
import { old } from "../deployment/testing/plan-parts.ts";
import { Secret } from "../values/property.ts";
import { Steps } from "./step.ts";

const begin = (diff: Diff, steps = new Steps(), more: object = {}) =>
  steps.begin({
    kind: "start",
    op: "replace",
    urn: old.urn,
    type: old.type,
    old,
    now: old,
    diff,
    ...more,
  });

describe("reasons", () => {
  test("are root properties", () => {
    const view = begin({ changed: ["a.b", "a.c", "d[0]"], replaced: ["d[0]"] });
    expect(view).toMatchObject({ keys: ["d"], diffs: ["a", "d"] });
  });

  test("of a provider that tells by path are what it names and what the program wishes", () => {
    const diff: Diff = {
      changed: ["a.b", "d[0]", "e"],
      replaced: ["d[0]", "e"],
      detailed: { "a.b": "add", "d[0]": "update", e: "delete" },
      keys: ["e"],
    };
    const now = { ...old, replaceOnChanges: ["a", "d[*]"] };
    expect(begin(diff, new Steps(), { now })).toMatchObject({
      keys: ["e", "a"],
      diffs: ["a", "d", "e"],
      detailed: { "a.b": "add", "d[0]": "update-replace", e: "delete-replace" },
    });
  });
});

test("secrets are all alike to who may not see them", () => {
  const of = (text: string) => ({ ...old, inputs: { a: [new Secret(text)], b: text } });
  const parts = { old: of("one"), now: of("two") };
  const veiled = begin({ changed: [], replaced: [] }, new Steps(), parts);
  expect(veiled.old!.inputs["a"]).toEqual(veiled.now!.inputs["a"]);
  expect(veiled.old!.inputs["b"]).toBe("one");
  const open = begin({ changed: [], replaced: [] }, new Steps(true), parts);
  expect(open.old!.inputs["a"]).toEqual([new Secret("one")]);
});

test("what a resource is and what an earlier run left of it are deleted at the same time", () => {
  const steps = new Steps();
  const { urn, type } = old;
  for (const op of ["delete", "delete-replaced"] as const)
    steps.begin({ kind: "start", op, urn, type, old });
  const ended = (op: "delete" | "delete-replaced") =>
    steps.end({ kind: "done", op, urn, type, seconds: 0 });
  expect(ended("delete")).toMatchObject({ op: "delete", logical: true });
  expect(ended("delete-replaced")).toMatchObject({ op: "delete-replaced", logical: false });
});
