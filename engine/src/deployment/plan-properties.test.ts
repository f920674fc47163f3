import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diff } from "../provider.ts";
import { plan, type Plan, type View } from "./plan.ts";
import { base, changed, full, goal, none, old, replaced } from "./testing/plan-parts.ts";

describe("whatever the state, the goal and the answers", () => {
  const flag = fc.boolean();
  const paths = fc.constantFrom<Diff>(none, changed, replaced, {
    ...replaced,
    deleteBeforeReplace: true,
  });
  const views = fc
    .record({
      known: flag,
      external: flag,
      taint: flag,
      pendingReplacement: flag,
      protectedBefore: flag,
      protect: flag,
      first: fc.constantFrom(undefined, true, false),
      mode: fc.constantFrom<View["mode"]>("update", "destroy", "refresh"),
      preview: flag,
      targeted: flag,
      replaceAsked: flag,
      imported: flag,
      lacking: flag,
    })
    .map((f): View => {
      const { mode, preview, targeted, replaceAsked, imported, lacking } = f;
      return {
        ...base,
        mode,
        preview,
        targeted,
        replaceAsked,
        imported,
        lacking,
        goal: {
          ...goal,
          protect: f.protect,
          ...(f.first === undefined ? {} : { deleteBeforeReplace: f.first }),
        },
        old: f.known
          ? {
              ...old,
              external: f.external,
              taint: f.taint,
              pendingReplacement: f.pendingReplacement,
              protect: f.protectedBefore,
            }
          : undefined,
      };
    });

  test("the same question gives the same answer, and neither state nor goal is touched", () => {
    fc.assert(
      fc.property(views, paths, (view, diff) => {
        const before = JSON.stringify([view.old, view.goal]);
        const [a, b] = [plan(view, { ...full, diff }), plan(view, { ...full, diff })];
        expect(JSON.stringify(a)).toBe(JSON.stringify(b));
        expect(JSON.stringify([view.old, view.goal])).toBe(before);
      }),
    );
  });

  test("nothing is made twice, deleted unreplaced, or touched when it is protected or no target", () => {
    fc.assert(
      fc.property(views, paths, (view, diff) => {
        const { steps, refusal } = plan(view, { ...full, diff }) as Plan;
        const names = steps.map(({ op }) => op as string);
        const made = names.filter((op) => op.startsWith("create"));
        expect(made.length).toBeLessThanOrEqual(1);
        if (names.includes("delete-replaced")) expect(names).toContain("create-replacement");
        expect(names.includes("replace")).toBe(names.includes("create-replacement"));
        const isGuarded = view.old?.protect && view.goal.protect && !view.old.external;
        if (isGuarded && !view.preview && names.includes("replace"))
          expect(refusal).toBeUndefined();
        if (isGuarded && !view.preview) expect(names).not.toContain("delete-replaced");
        if (!view.targeted || view.mode !== "update")
          if (!view.old?.external) expect(made).toEqual([]);
      }),
    );
  });
});
