/** Turns a registration into the steps that make it true: asks what plan.ts wants to know and keeps the books of the run. */
import type { Diff, Provider } from "../provider.ts";
import { EngineError } from "../errors.ts";
import type { Values } from "../values/property.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { plan, type Answers, type Plan, type Question, type View } from "./plan.ts";
import { type Goal, isImport, newResource, type Resource } from "./resource.ts";
import { references } from "./integrity.ts";
import { shownValue } from "./rules.ts";
import { refuseType, refuseVersion } from "./refuse.ts";
import { dependentReplacements } from "./replacements.ts";
import { planImport } from "./reads.ts";
import type { Step } from "./step.ts";
import { isProviderType, parseReference } from "./urn.ts";

export interface Planned {
  readonly steps: readonly Step[];
  readonly now: Resource;
  /** The resource was not created since it is not a target: its outputs are unknown. */
  readonly unknown: boolean;
  /** After an import: compares what was read with what the program wants. */
  readonly next?: () => Promise<Planned>;
}

export async function planRegistration(context: DeploymentContext, goal: Goal): Promise<Planned> {
  const urn = context.claimUrn(goal);
  const { old, alias } = context.aliases.find(urn, goal, context.olds, context.seen);
  context.goals.set(urn, goal);
  const prospect = newResource(urn, goal, old);
  const keys = old ? context.deleted.get(urn) : undefined;
  const view: View = {
    urn,
    goal,
    old,
    ...(alias !== undefined ? { alias } : {}),
    ...(keys ? { recreating: keys } : {}),
    mode: context.options.mode ?? "update",
    preview: context.options.preview,
    targeted: context.scope.includes(prospect),
    replaceAsked: context.scope.replaces(urn),
    imported: false,
    lacking: lacks(context, prospect) !== undefined,
    replaced: context.replaced,
  };
  if (view.mode !== "update" || !isImport(goal, old)) return settle(context, view);
  const { steps, imported } = planImport(urn, goal, keys ? undefined : old);
  context.operated.add(urn);
  if (old) context.operated.add(old.urn);
  const then: View = { ...view, old: imported, imported: true };
  return { steps, now: imported, unknown: false, next: () => settle(context, then) };
}

async function settle(context: DeploymentContext, view: View): Promise<Planned> {
  const { goal, urn } = view;
  const { type, inputs } = goal;
  let provider: Provider | undefined;
  if (isProviderType(type))
    refuseVersion(await context.registry.ofPackage(type), String(inputs["version"] ?? ""));
  else if (goal.custom) {
    provider = await context.registry.unconfigured(goal.provider);
    refuseType(provider, { urn, type });
  }
  const planned = await answer(context, view, provider);
  refuse(context, view, planned);
  keepBooks(context, view, planned);
  return { steps: planned.steps, now: planned.now, unknown: planned.skipped === true };
}

/** Asks the world what the planner still needs, until it says the steps. */
async function answer(
  context: DeploymentContext,
  view: View,
  provider: Provider | undefined,
): Promise<Plan> {
  const answers: Answers = {};
  for (;;) {
    const next = plan(view, answers);
    if (!("ask" in next)) return next;
    switch (next.ask) {
      case "check":
        answers.check = await check(context, view, provider, next);
        break;
      case "fresh":
        answers.fresh = await checkOnly(context, view, provider, next);
        break;
      case "provider":
        answers.provider = await providerChange(context, view);
        break;
      case "diff":
        answers.diff = await difference(context, view, provider, next.inputs);
        break;
      case "dependants":
        answers.dependants = (await dependentReplacements(context, view.old!)).filter(
          ({ resource }) => !context.condemned.has(resource),
        );
    }
  }
}

type Checked = NonNullable<Answers["check"]>;
type CheckQuestion = Extract<Question, { news: Values }>;

async function checkOnly(
  context: DeploymentContext,
  { urn, goal }: View,
  provider: Provider | undefined,
  { olds, news }: CheckQuestion,
): Promise<Checked> {
  const { type } = goal;
  const checked = isProviderType(type)
    ? await context.registry.checkConfig(urn, type, olds, news)
    : provider
      ? await calls.check(provider, { urn, type }, olds, news, context.seedFor(urn), context)
      : { inputs: news, failures: [] };
  for (const { property, reason } of checked.failures)
    context.fail(
      urn,
      property
        ? `${type} resource '${goal.name}': property ${property} value ${shownValue(checked.inputs[property])} has a problem: ${reason}`
        : `${type} resource '${goal.name}' has a problem: ${reason}`,
    );
  return checked;
}

/** The policies see what the provider made of the inputs, and may change it. */
async function check(
  context: DeploymentContext,
  view: View,
  provider: Provider | undefined,
  question: CheckQuestion,
): Promise<Checked> {
  const checked = await checkOnly(context, view, provider, question);
  if (!context.analyze || checked.failures.length > 0) return checked;
  const shown = { ...newResource(view.urn, view.goal, view.old), inputs: checked.inputs };
  await context.analyze(shown, view.goal);
  return { ...checked, inputs: shown.inputs };
}

async function difference(
  context: DeploymentContext,
  { goal, old }: View,
  provider: Provider | undefined,
  inputs: Values,
): Promise<Diff> {
  if (!provider) return context.registry.diffConfig(old!.urn, goal.type, old!.inputs, inputs);
  return calls.diff(provider, old!, goal.type, inputs, goal.ignoreChanges, context);
}

/** Another provider may manage what this one made unless its configuration says that it reaches something else. */
async function providerChange(
  context: DeploymentContext,
  { old, goal }: View,
): Promise<Diff | undefined> {
  const was = parseReference(old!.provider);
  const now = parseReference(goal.provider);
  const none: Diff = { changed: [], replaced: [] };
  if (context.aliases.nowCalled(was.urn) === now.urn) return none;
  const before = context.olds.get(was.urn);
  const after = context.registry.resource(goal.provider);
  return before && after
    ? context.registry.diffConfig(after.urn, after.type, before.inputs, after.inputs)
    : none;
}

function refuse(context: DeploymentContext, { urn, preview }: View, planned: Plan): void {
  if (planned.warning !== undefined)
    context.emit({ kind: "diagnostic", severity: "warning", urn, message: planned.warning });
  if (planned.refusal === undefined) return;
  if (!preview || planned.steps.length === 0) throw new EngineError(planned.refusal);
  // In a preview the user sees all that is wrong, and what it would have done.
  context.complain(urn, planned.refusal);
}

function keepBooks(context: DeploymentContext, view: View, planned: Plan): void {
  const { urn, old } = view;
  if (planned.skipped) {
    context.skippedCreates.add(urn);
    return;
  }
  context.scope.note(planned.now);
  if (context.scope.isNarrowed) refuseLacking(context, planned.now);
  context.operated.add(urn);
  if (old) context.operated.add(old.urn);
  if (view.recreating) context.deleted.delete(urn);
  for (const step of planned.steps) {
    if (step.op === "replace") context.replaced.add(urn);
    if (!step.keepMarker || step.old === undefined) continue;
    context.deleted.set(step.old.urn, step.keys ?? []);
    if (step.old !== old) context.condemned.add(step.old);
  }
}

/** What it depends on and this run does not make. */
function lacks(context: DeploymentContext, r: Resource): string | undefined {
  return [...references(r)].find((urn) => context.skippedCreates.has(urn));
}

/** In a preview the user hears of each once, and of all of them. */
function refuseLacking(context: DeploymentContext, now: Resource): void {
  const urn = lacks(context, now);
  if (urn === undefined) return;
  const why = `Resource '${now.urn}' depends on '${urn}' which was was not specified in --target list.`;
  if (!context.options.preview) throw new EngineError(why);
  context.complain(now.urn, why);
  context.skippedCreates.delete(urn);
}
