/** One run over a stack: takes registrations from a program, carries them out, and deletes what was not registered. */
import { EngineError } from "../errors.ts";
import { equal, hasUnknown, type Values } from "../values/property.ts";
import { UNKNOWN_WIRE } from "../values/wire.ts";
import * as calls from "./calls.ts";
import type { DeploymentContext } from "./context.ts";
import { deleteUnregistered } from "./deletes.ts";
import type { Op } from "./events.ts";
import { planRegistration } from "./generator.ts";
import { Gathering } from "./gathering.ts";
import { runAfterHooks } from "./hooks.ts";
import { references } from "./integrity.ts";
import { emptyGoal, type Goal, type Resource } from "./resource.ts";
import { refuseType } from "./refuse.ts";
import { planRead } from "./reads.ts";
import { HOOKED, runStep } from "./steps.ts";
import type { Step } from "./step.ts";
import { targetNotFound } from "./targets.ts";
import { STACK_TYPE, isProviderType, makeUrn, providerType, urnType } from "./urn.ts";

export interface Registered {
  readonly resource: Resource;
  readonly unknown: boolean;
  /** When it was not made. */
  readonly result?: NotMade["result"];
}

/** The deployment has ended already; the reason has been shown. */
export class Stopped extends EngineError {}

/** Of a run that goes on after an error: the resource failed, or was left out since it stands on one that did. */
export class NotMade extends EngineError {
  readonly resource: Resource;
  readonly result: "failed" | "skipped";
  constructor(resource: Resource, result: "failed" | "skipped") {
    super("resource registration failed");
    this.resource = resource;
    this.result = result;
  }
}

interface Made {
  readonly old: Resource | undefined;
  readonly now: Resource;
  /** What was done to it, for the hooks that wait for its outputs. */
  readonly op?: Op;
}

export class Deployment {
  readonly context: DeploymentContext;
  private readonly resources = new Map<string, Made>();
  private readonly defaults = new Map<string, Promise<string>>();
  private readonly gathering = new Gathering();
  private inFlight = 0;
  private stackOutputs: { readonly urn: string; readonly outputs: Values } | undefined;
  private idle: (() => void)[] = [];
  private announceOutputs: () => void = () => {};
  /** Resolves when the program has registered the outputs of the stack, which it may never do. */
  readonly stackOutputsKnown = new Promise<void>((resolve) => (this.announceOutputs = resolve));

  constructor(context: DeploymentContext) {
    this.context = context;
  }

  async register(goal: Goal): Promise<Registered> {
    return this.counted(async () => {
      let planned = await this.planned(goal, () => planRegistration(this.context, goal));
      // Those that wait are decided first, so that what refuses one of them keeps the others from being made.
      await turn();
      await this.carryOut(planned.steps, goal.custom);
      if (planned.next) {
        planned = await this.planned(goal, planned.next);
        await this.carryOut(planned.steps, goal.custom);
      }
      const { steps, now, unknown } = planned;
      const { old, op } = steps.find((s) => s.now === now && s.op !== "replace") ?? {};
      this.resources.set(now.urn, { old, now, ...(op ? { op } : {}) });
      return { resource: now, unknown };
    });
  }

  private planned<T>(goal: Goal, plan: () => Promise<T>): Promise<T> {
    const decide = async (): Promise<T> => {
      this.refuseWhenStopped();
      try {
        return await plan();
      } catch (error) {
        this.reportOnce(goal, error);
        throw new Stopped(calls.messageOf(error));
      }
    };
    return this.gathering.during(() => this.context.one(decide));
  }

  private async carryOut(steps: readonly Step[], custom: boolean): Promise<void> {
    for (const step of steps) {
      if (custom && step.op !== "same" && !isProviderType(urnType(step.urn)))
        if (!this.context.options.preview) await this.gathering.ended();
      this.refuseWhenStopped();
      this.skipWhatStandsOnFailed(step);
      // Only calls to the world count against the limit: a component must not keep its children waiting.
      const run = (release?: () => void): Promise<boolean> => runStep(this.context, step, release);
      const ok = step.op === "same" || !custom ? await run() : await this.context.limited(run);
      if (ok) continue;
      if (step.now && this.context.options.continueOnError && !this.context.stopped)
        throw new NotMade(step.now, "failed");
      throw new Stopped(`resource ${step.urn} failed`);
    }
  }

  private skipWhatStandsOnFailed({ urn, now }: Step): void {
    const { left, options } = this.context;
    if (!now || !options.continueOnError || ![...references(now)].some((u) => left.has(u))) return;
    left.add(urn);
    throw new NotMade(now, "skipped");
  }

  /** The outputs of a component are known when its constructor is through. */
  async registerOutputs(urn: string, outputs: Values): Promise<void> {
    const { now } = this.resources.get(urn) ?? {};
    if (!now) throw new EngineError(`RegisterResourceOutputs of ${urn}, which is not registered`);
    if (now.type !== STACK_TYPE) return this.setOutputs(urn, outputs);
    // Whether they are whole shows when all is done.
    this.stackOutputs = { urn, outputs };
    this.announceOutputs();
  }

  /** The outputs of the stack, after everything else: of a run that failed, those that it has come over the old ones. */
  async setStackOutputs(): Promise<void> {
    if (!this.stackOutputs) return;
    const { urn, outputs } = this.stackOutputs;
    const { failed, complained, olds } = this.context;
    const kept = failed || complained ? olds.get(urn)?.outputs : undefined;
    await this.setOutputs(urn, { ...kept, ...outputs });
  }

  private async setOutputs(urn: string, outputs: Values): Promise<void> {
    const { now, old, op } = this.resources.get(urn)!;
    const before = now.outputs;
    const changed = !equal(before, outputs);
    now.outputs = outputs;
    if (changed) await this.context.snapshot.persist();
    const hooked = op && HOOKED[op];
    if (hooked && hooked !== "Delete" && !now.custom)
      await runAfterHooks(
        this.context,
        `After${hooked}`,
        hooked === "Update" ? old : undefined,
        now,
      );
    const shown = old ? { ...old, outputs: before } : undefined;
    this.context.emit({ kind: "outputs", urn, old: shown, now });
  }

  /** `Resource.get`: an object that the stack looks at and does not own. */
  async read(goal: Goal, id: string): Promise<Registered> {
    return this.counted(async () => {
      const { steps, now } = await this.planned(goal, async () => {
        const plan = planRead(this.context, goal, id);
        refuseType(await this.context.registry.unconfigured(goal.provider), plan.now);
        return plan;
      });
      await this.carryOut(steps, true);
      this.resources.set(now.urn, { old: steps[0]?.old, now });
      return { resource: now, unknown: now.id === UNKNOWN_WIRE };
    });
  }

  async invoke(reference: string, token: string, args: Values): Promise<Values> {
    return this.counted(async () => {
      const config = this.context.registry.resource(reference)?.inputs ?? {};
      // A preview that does not know the provider's configuration yet cannot ask it.
      if (hasUnknown(config)) return {};
      const provider = await this.context.registry.configured(reference);
      return calls.invoke(provider, token, args, this.context);
    });
  }

  /** The provider that resources of a package get when they name none: "default_4_21_2", configured by the stack's config. */
  defaultProvider(pkg: string, version: string, config: Values): Promise<string> {
    const name = version ? `default_${version.replaceAll(/[^A-Za-z0-9]/g, "_")}` : "default";
    const key = `${pkg}:${name}`;
    let reference = this.defaults.get(key);
    if (!reference) {
      const inputs: Values = { ...config };
      if (version) Object.assign(inputs, { version, __internal: {} });
      reference = this.register(emptyGoal(providerType(pkg), name, inputs)).then(
        ({ resource }) => `${resource.urn}::${resource.id}`,
      );
      this.defaults.set(key, reference);
    }
    return reference;
  }

  resource(urn: string): Resource | undefined {
    return this.resources.get(urn)?.now ?? this.context.olds.get(urn);
  }

  registered(): Resource[] {
    return [...this.resources.values()].map(({ now }) => now);
  }

  /** After a program that ran to its end: what it did not ask for goes. */
  async finish(): Promise<void> {
    await this.settled();
    const { context } = this;
    if (context.stopped) return;
    const { targets } = context.scope;
    const missing = targets.missing((urn) => context.olds.has(urn) || context.seen.has(urn));
    await deleteUnregistered(context);
    for (const urn of missing) context.fail("", targetNotFound(urn));
  }

  /** Resolves when no step runs any more. */
  settled(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight++;
    try {
      return await work();
    } finally {
      if (--this.inFlight === 0) for (const resolve of this.idle.splice(0)) resolve();
    }
  }

  private refuseWhenStopped(): void {
    if (this.context.stopped) throw new Stopped("resource monitor shut down");
  }

  /** A decision that failed for several reasons has shown them; anything else is shown here. */
  private reportOnce(goal: Goal, error: unknown): void {
    const urn = makeUrn(this.context.options.place, goal.parent, goal.type, goal.name);
    if (!this.context.failed) this.context.failOf(urn, error);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
