/**
 * What a registration becomes: a pure function of the old state, the goal, and the answers of its provider. It either names the
 * answer that it still needs or says the steps; generator.ts asks and keeps the books. The order of the cases is Pulumi's.
 */
import type { CheckFailure, Diff } from "../provider.ts";
import type { Values } from "../values/property.ts";
import {
  NO_DIFF,
  cannotReplace,
  cannotReplaceAlong,
  componentDiff,
  ignoreChanges,
  importedForGood,
  replaceOnChanges,
  triggerFired,
} from "./rules.ts";
import { newResource, type Goal, type Resource } from "./resource.ts";
import type { Step } from "./step.ts";
import { isProviderType } from "./urn.ts";

/** All that the planner may look at. */
export interface View {
  readonly urn: string;
  readonly goal: Goal;
  /** The resource in state, or the one that was just imported. */
  readonly old: Resource | undefined;
  readonly alias?: string;
  /** A destroy or refresh that runs the program takes its registrations without making anything. */
  readonly mode: "update" | "destroy" | "refresh";
  readonly preview: boolean;
  readonly targeted: boolean;
  /** Named by --replace. */
  readonly replaceAsked: boolean;
  /** Deleted earlier in this run, because something that it depends on had to go first: the keys that made it go. */
  readonly recreating?: readonly string[];
  /** `old` was imported in this run: nothing more to do is no step, for the import was one. */
  readonly imported: boolean;
  /** It depends on something that this run does not make. */
  readonly lacking: boolean;
  /** What this run replaces, so far. */
  readonly replaced: ReadonlySet<string>;
}

export interface Condemned {
  readonly resource: Resource;
  readonly keys: readonly string[];
}

export interface Answers {
  /** Checked inputs, and what the policies made of them. */
  check?: { readonly inputs: Values; readonly failures: readonly CheckFailure[] };
  /** Whether the new provider can manage what the old one made. */
  provider?: Diff;
  diff?: Diff;
  /** Checked again without the old inputs, for a replacement takes nothing over. */
  fresh?: Answers["check"];
  /** Who must be deleted along with what is deleted before it is replaced, in dependency order. */
  dependants?: readonly Condemned[];
}

export type Question =
  | { readonly ask: "check" | "fresh"; readonly olds?: Values; readonly news: Values }
  | { readonly ask: "provider" | "dependants" }
  | { readonly ask: "diff"; readonly inputs: Values };

export interface Plan {
  readonly steps: readonly Step[];
  readonly now: Resource;
  /** Not made by this run: whoever depends on it cannot be made either, and its outputs are not known. */
  readonly skipped?: true;
  /** Why it must not be done. A preview shows the steps all the same. */
  readonly refusal?: string;
  readonly warning?: string;
}

export function plan(view: View, answers: Answers): Plan | Question {
  const { urn, goal, old, mode, targeted } = view;
  const now = newResource(urn, goal, old);
  if (view.alias !== undefined) now.aliases = [view.alias];
  if (old?.rest) now.rest = old.rest;
  const step = (op: Step["op"], extra: Partial<Step> = {}): Step => ({
    op,
    urn,
    now,
    ...(old ? { old } : {}),
    ...extra,
  });
  const skip = (): Plan => {
    if (old) now.outputs = old.outputs;
    return { steps: [], now, skipped: true };
  };

  if (mode !== "update") {
    if (view.lacking) return skip();
    if (goal.custom && !isProviderType(goal.type)) {
      if (!old) return skip();
      now.inputs = old.inputs;
      return { steps: [step("same")], now };
    }
  }
  if (targeted) {
    const isAnew = view.recreating || old?.external || isReplaceAsked(view) || !old;
    const kept = old ? ignoreChanges(goal.inputs, old.inputs, goal.ignoreChanges) : goal.inputs;
    const ask = "check" as const;
    if (!answers.check)
      return isAnew ? { ask, news: goal.inputs } : { ask, olds: old.inputs, news: kept };
    now.inputs = answers.check.inputs;
    if (answers.check.failures.length > 0)
      return { steps: [], now, refusal: `resource ${urn} is invalid` };
  }
  if (view.recreating) {
    const diff = { changed: [], replaced: view.recreating };
    return {
      steps: [step("replace", { diff: NO_DIFF }), step("create-replacement", { diff })],
      now,
    };
  }
  if (old?.external)
    return {
      steps: [
        step("create-replacement", { deleteOldLater: true, diff: NO_DIFF }),
        step("replace", { diff: NO_DIFF }),
      ],
      now,
    };
  if (!old && targeted) return { steps: [step("create")], now };
  // It is told of as unchanged, which it is: not there before and not there after.
  if (!old) return { ...skip(), steps: [step("same", { old: now, notMade: true })] };
  // An untargeted resource stays exactly as state has it, whatever the program says now.
  if (!targeted) {
    const kept = { ...old, urn };
    return { steps: [step("same", { now: kept })], now: kept };
  }

  const difference = compare(view, old, now, answers);
  if ("ask" in difference) return difference;
  const { diff, replace } = difference;
  if (replace || old.pendingReplacement) return planReplacement(view, old, now, diff, answers);
  if (difference.differs || (old.initErrors?.length ?? 0) > 0)
    return { steps: [step("update", { diff })], now };
  // What was just imported, and is as it should be, stays as it was read.
  return view.imported ? { steps: [], now: old } : { steps: [step("same", { diff })], now };
}

/** --replace names it, or its state is marked to be made anew. */
const isReplaceAsked = ({ replaceAsked, old }: View): boolean =>
  replaceAsked || old?.taint === true;

interface Difference {
  readonly diff: Diff;
  readonly differs: boolean;
  readonly replace: boolean;
}

function compare(
  view: View,
  old: Resource,
  now: Resource,
  answers: Answers,
): Difference | Question {
  const { goal, replaced } = view;
  const because = (...keys: string[]): Difference => ({
    diff: { changed: [], replaced: keys },
    differs: true,
    replace: true,
  });
  if (triggerFired(old, goal)) return because();
  if (isReplaceAsked(view)) return because("id");
  if (goal.replaceWith.some((urn) => replaced.has(urn))) return because("replaceWith");
  if (goal.deletedWith !== "" && replaced.has(goal.deletedWith)) return because("deletedWith");
  if (old.provider !== now.provider) {
    // From a component to a resource or back.
    if (old.provider === "" || now.provider === "") return because("provider");
    if (!answers.provider) return { ask: "provider" };
    if (answers.provider.replaced.length > 0) return because("provider");
  }
  if (!goal.custom) {
    // The engine does not tell which property of a component would replace it, so none does.
    const diff = componentDiff(old.inputs, now.inputs);
    return { diff, differs: diff.changed.length > 0, replace: false };
  }
  if (!answers.diff) return { ask: "diff", inputs: now.inputs };
  const isUnfinished = (old.initErrors?.length ?? 0) > 0;
  const diff = replaceOnChanges(answers.diff, goal.replaceOnChanges, isUnfinished);
  const replace = diff.replaced.length > 0;
  return { diff, differs: replace || diff.changed.length > 0 || diff.differs === true, replace };
}

function planReplacement(
  view: View,
  old: Resource,
  now: Resource,
  diff: Diff,
  answers: Answers,
): Plan | Question {
  const { urn, goal } = view;
  const isProtected = old.protect === true && goal.protect;
  let refusal = isProtected ? cannotReplace(urn) : undefined;
  let warning: string | undefined;
  if (goal.importId !== "") {
    const why = importedForGood(diff.replaced, old.inputs, now.inputs);
    if (view.preview) warning = why;
    else refusal ??= why;
  }
  if (refusal !== undefined && !view.preview) return { steps: [], now, refusal };
  // What was carried over from the old resource, such as its automatic name, must not be: it is made anew.
  if (goal.custom && !isReplaceAsked(view)) {
    if (!answers.fresh) return { ask: "fresh", news: goal.inputs };
    now.inputs = answers.fresh.inputs;
    if (answers.fresh.failures.length > 0)
      return { steps: [], now, refusal: `resource ${urn} has check errors` };
  }
  const said = {
    ...(refusal !== undefined ? { refusal } : {}),
    ...(warning !== undefined ? { warning } : {}),
  };
  const own = { urn, old, now, diff };
  if (!(goal.deleteBeforeReplace ?? diff.deleteBeforeReplace))
    return {
      steps: [
        { op: "create-replacement", ...own, deleteOldLater: true },
        { op: "replace", ...own },
      ],
      now,
      ...said,
    };
  if (!answers.dependants) return { ask: "dependants" };
  const guarded = answers.dependants.find(({ resource }) => resource.protect && !resource.delete);
  if (guarded) return { steps: [], now, refusal: cannotReplaceAlong(guarded.resource.urn, urn) };
  const ahead = [...answers.dependants]
    .reverse()
    .map(({ resource, keys }): Step => ({ ...deletedFirst(resource), keys }));
  // One that an earlier run deleted already is only waiting for its replacement.
  if (!old.pendingReplacement) ahead.push(deletedFirst(old));
  return {
    steps: [...ahead, { op: "replace", ...own }, { op: "create-replacement", ...own }],
    now,
    ...said,
  };
}

const deletedFirst = (old: Resource): Step =>
  old.delete
    ? { op: "delete", urn: old.urn, old }
    : { op: "delete-replaced", urn: old.urn, old, keepMarker: true };
