import { describe, expect, test } from "vitest";
import { plan, type Answers, type Plan, type View } from "./plan.ts";
import { isImport } from "./resource.ts";
import { base, changed, full, goal, old, replaced, urn } from "./testing/plan-parts.ts";

const dependant = { ...old, urn: `${urn}-dependant` };

/** Answers one question after the other, as the engine does, and notes them. */
function drive(view: Partial<View>, answers: Answers = {}): { plan: Plan; asked: string[] } {
  const known = { ...full, ...answers };
  const given: Answers = {};
  const asked: string[] = [];
  for (;;) {
    const next = plan({ ...base, ...view }, given);
    if (!("ask" in next)) return { plan: next, asked };
    expect(asked).not.toContain(next.ask);
    asked.push(next.ask);
    Object.assign(given, { [next.ask]: known[next.ask] });
  }
}
const ops = ({ steps }: Plan): string =>
  steps.map(({ op, urn: of }) => (of === urn ? op : `${op}(dependant)`)).join(" ");

const FIRST = "create-replacement replace";
const LAST = "delete-replaced replace create-replacement";

describe("the steps", () => {
  const cases: [what: string, steps: string, view: Partial<View>, answers?: Answers][] = [
    ["nothing in state", "create", { old: undefined }],
    ["nothing in state, not a target", "same", { old: undefined, targeted: false }],
    ["no difference", "same", {}],
    ["no difference to what was imported", "", { imported: true }],
    ["not a target", "same", { targeted: false }, { diff: changed }],
    ["a difference", "update", {}, { diff: changed }],
    ["a creation that was not finished", "update", { old: { ...old, initErrors: ["x"] } }],
    [
      "a creation that was not finished, and is to be made anew",
      FIRST,
      { old: { ...old, initErrors: ["x"] }, goal: { ...goal, replaceOnChanges: ["#initerror"] } },
    ],
    ["a replacing difference", FIRST, {}, { diff: replaced }],
    [
      "a difference that the program calls replacing",
      FIRST,
      { goal: { ...goal, replaceOnChanges: ["value"] } },
      { diff: changed },
    ],
    [
      "a replacing difference of what cannot stand side by side",
      LAST,
      {},
      { diff: { ...replaced, deleteBeforeReplace: true } },
    ],
    [
      "the program overrules the provider on the order",
      FIRST,
      { goal: { ...goal, deleteBeforeReplace: false } },
      { diff: { ...replaced, deleteBeforeReplace: true } },
    ],
    [
      "delete first, with a dependant",
      `delete-replaced(dependant) ${LAST}`,
      { goal: { ...goal, deleteBeforeReplace: true } },
      { diff: replaced, dependants: [{ resource: dependant, keys: ["value"] }] },
    ],
    ["--replace", FIRST, { replaceAsked: true }],
    ["tainted", FIRST, { old: { ...old, taint: true } }],
    [
      "replaced with another",
      FIRST,
      { goal: { ...goal, replaceWith: ["urn:y"] }, replaced: new Set(["urn:y"]) },
    ],
    [
      "deleted with another that is replaced",
      FIRST,
      { goal: { ...goal, deletedWith: "urn:y" }, replaced: new Set(["urn:y"]) },
    ],
    [
      "a changed trigger",
      FIRST,
      {
        old: { ...old, replacementTrigger: 1 },
        goal: { ...goal, replacementTrigger: 2 },
      },
    ],
    ["another provider that reaches the same", "same", { goal: { ...goal, provider: "urn:p::2" } }],
    [
      "another provider that reaches something else",
      FIRST,
      { goal: { ...goal, provider: "urn:p::2" } },
      { provider: replaced },
    ],
    ["a component before", FIRST, { old: { ...old, provider: "", custom: false } }],
    [
      "deleted by an interrupted replacement",
      "replace create-replacement",
      {
        old: { ...old, pendingReplacement: true },
        goal: { ...goal, deleteBeforeReplace: true },
      },
    ],
    ["deleted earlier in this run", "replace create-replacement", { recreating: ["value"] }],
    ["read before, owned now", FIRST, { old: { ...old, external: true } }],
    ["a destroy that runs the program", "same", { mode: "destroy" }, { diff: changed }],
    ["a destroy, not in state", "", { mode: "destroy", old: undefined }],
    ["a refresh, and what it leans on is not there", "", { mode: "refresh", lacking: true }],
  ];
  test.each(cases)("%s → %s", (_, steps, view, answers) => {
    expect(ops(drive(view, answers).plan)).toBe(steps);
  });
});

describe("the questions", () => {
  test("what is not a target stays as state has it, also where the program asks for something new", () => {
    const asking = { ...goal, retainOnDelete: true, protect: true, inputs: { value: "other" } };
    // A state that was read has no keys for what was never set.
    const { retainOnDelete: _, ...stored } = old;
    expect(drive({ targeted: false, goal: asking, old: stored }).plan.now).toEqual(stored);
  });

  test("a known difference needs no provider", () => {
    expect(drive({ replaceAsked: true }).asked).toEqual(["check"]);
    expect(drive({ targeted: false }).asked).toEqual([]);
    expect(drive({ old: undefined }).asked).toEqual(["check"]);
    expect(drive({}, { diff: replaced }).asked).toEqual(["check", "diff", "fresh"]);
    expect(drive({ goal: { ...goal, custom: false } }).asked).toEqual(["check"]);
  });

  test("old inputs count for what stays, and for nothing that is made anew", () => {
    expect(plan(base, {})).toEqual({ ask: "check", olds: old.inputs, news: { value: "new" } });
    const kept = { ...base, goal: { ...goal, ignoreChanges: ["value"] } };
    expect(plan(kept, {})).toMatchObject({ news: { value: "old" } });
    for (const anew of [
      { old: undefined },
      { recreating: [] },
      { replaceAsked: true },
      { old: { ...old, external: true } },
    ])
      expect(plan({ ...base, ...anew }, {})).toEqual({ ask: "check", news: { value: "new" } });
    expect(drive({}, { diff: replaced }).plan.now.inputs).toEqual({ value: "fresh" });
    expect(drive({}, { diff: changed }).plan.now.inputs).toEqual({ value: "checked" });
  });
});

describe("what is refused", () => {
  const both = { old: { ...old, protect: true }, goal: { ...goal, protect: true } };

  test("a replacement of what is protected; a preview shows its steps", () => {
    const real = drive(both, { diff: replaced }).plan;
    expect(real.refusal).toContain("currently marked for protection");
    expect(real.steps).toEqual([]);
    const shown = drive({ ...both, preview: true }, { diff: replaced }).plan;
    expect(shown.refusal).toBe(real.refusal);
    expect(ops(shown)).toBe(FIRST);
  });

  test("not when the program has just lifted the protection", () => {
    const lifted = drive({ old: both.old }, { diff: replaced }).plan;
    expect(lifted.refusal).toBeUndefined();
  });

  test("a protected dependant, even in a preview", () => {
    const guarded = { resource: { ...dependant, protect: true }, keys: [] };
    const view = { goal: { ...goal, deleteBeforeReplace: true }, preview: true };
    const { refusal, steps } = drive(view, { diff: replaced, dependants: [guarded] }).plan;
    expect(refusal).toContain(`as part of replacing "${urn}"`);
    expect(steps).toEqual([]);
  });

  test("a replacement of what names the id that it was imported by", () => {
    const named = { goal: { ...goal, importId: "x" } };
    expect(drive(named, { diff: replaced }).plan.refusal).toContain("please remove the `import`");
    const shown = drive({ ...named, preview: true }, { diff: replaced }).plan;
    expect(shown.warning).toContain("please remove the `import`");
    expect(ops(shown)).toBe(FIRST);
  });

  test("inputs that the provider finds wrong", () => {
    const check = { inputs: {}, failures: [{ property: "value", reason: "no" }] };
    expect(drive({}, { check }).plan).toMatchObject({
      steps: [],
      refusal: `resource ${urn} is invalid`,
    });
  });
});

test("an import is for what is not in state under that id", () => {
  const wanted = { ...goal, importId: "x" };
  expect(isImport(goal, undefined)).toBe(false);
  expect(isImport(wanted, undefined)).toBe(true);
  expect(isImport(wanted, old)).toBe(false);
  expect(isImport(wanted, { ...old, id: "y" })).toBe(true);
  expect(isImport(wanted, { ...old, id: "y", importID: "x" })).toBe(false);
  expect(isImport(wanted, { ...old, external: true })).toBe(true);
  expect(isImport({ ...wanted, custom: false }, undefined)).toBe(false);
});
