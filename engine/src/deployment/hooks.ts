/** Resource hooks: functions of the program that run before and after a step, and when it fails. */
import type { Values } from "../values/property.ts";
import type { DeploymentContext } from "./context.ts";
import type { Resource } from "./resource.ts";
import { urnName } from "./urn.ts";

export type HookKind =
  | "BeforeCreate"
  | "AfterCreate"
  | "BeforeUpdate"
  | "AfterUpdate"
  | "BeforeDelete"
  | "AfterDelete"
  | "OnError";

/** What a hook is told. */
export interface Occasion {
  readonly urn: string;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly newInputs?: Values;
  readonly oldInputs?: Values;
  readonly newOutputs?: Values;
  readonly oldOutputs?: Values;
}

export interface Failure extends Occasion {
  readonly failedOperation: "create" | "update" | "delete";
  /** Newest first. */
  readonly errors: readonly string[];
}

export interface ResourceHook {
  readonly onDryRun: boolean;
  readonly ignoreErrors: boolean;
  /** Throws what the hook threw. */
  run(occasion: Occasion): Promise<void>;
}

export interface ErrorHook {
  /** True when the step is to be tried again. */
  run(failure: Failure): Promise<boolean>;
}

export class Hooks {
  private readonly resource = new Map<string, ResourceHook>();
  private readonly error = new Map<string, ErrorHook>();

  addResourceHook(name: string, hook: ResourceHook): void {
    this.claim(name);
    this.resource.set(name, hook);
  }

  addErrorHook(name: string, hook: ErrorHook): void {
    this.claim(name);
    this.error.set(name, hook);
  }

  /** While there are some the program must live. */
  get any(): boolean {
    return this.resource.size + this.error.size > 0;
  }

  resourceHook(name: string): ResourceHook {
    const hook = this.resource.get(name);
    if (!hook) throw new Error(`hook "${name}" was not registered`);
    return hook;
  }

  errorHook(name: string): ErrorHook {
    const hook = this.error.get(name);
    if (!hook) throw new Error(`error hook "${name}" was not registered`);
    return hook;
  }

  private claim(name: string): void {
    if (name === "") throw new Error("resource hook name cannot be empty");
    if (this.resource.has(name) || this.error.has(name))
      throw new Error(`resource hook already registered for name "${name}"`);
  }
}

const told = (
  r: Resource,
  old: Resource | undefined,
  now: Resource | undefined,
  isAfter: boolean,
): Occasion => ({
  urn: r.urn,
  id: r.id || (old?.id ?? ""),
  name: urnName(r.urn),
  type: r.type,
  ...(now ? { newInputs: now.inputs } : {}),
  ...(old ? { oldInputs: old.inputs, oldOutputs: old.outputs } : {}),
  ...(now && isAfter ? { newOutputs: now.outputs } : {}),
});

/** The hooks of the new state, or of the old when it is deleted. Throws at the first that fails. */
export async function runHooks(
  context: DeploymentContext,
  kind: Exclude<HookKind, "OnError">,
  old: Resource | undefined,
  now: Resource | undefined,
): Promise<void> {
  const r = (now ?? old)!;
  const isAfter = kind.startsWith("After");
  for (const name of r.resourceHooks?.[kind] ?? []) {
    const hook = context.hooks.resourceHook(name);
    if (context.options.preview && !hook.onDryRun) continue;
    try {
      await hook.run(told(r, old, now, isAfter));
    } catch (error) {
      const { message } = error as Error;
      if (!hook.ignoreErrors)
        throw new Error(`${isAfter ? "after" : "before"} hook "${name}" failed: ${message}`, {
          cause: error,
        });
      warn(context, r.urn, `${kind} hook "${name}" failed: ${message}`);
    }
  }
}

/** A hook that fails after the step fails the run, but what the step did is done and recorded. */
export async function runAfterHooks(
  context: DeploymentContext,
  kind: "AfterCreate" | "AfterUpdate" | "AfterDelete",
  old: Resource | undefined,
  now: Resource | undefined,
): Promise<void> {
  try {
    await runHooks(context, kind, old, now);
  } catch (error) {
    context.failStep((now ?? old)!.urn, error);
  }
}

const MOST_TRIES = 100;

/** Tries again as long as the resource's error hooks ask for it. */
export async function withErrorHooks<T>(
  context: DeploymentContext,
  failedOperation: Failure["failedOperation"],
  old: Resource | undefined,
  now: Resource | undefined,
  operation: () => Promise<T>,
): Promise<T> {
  const r = (now ?? old)!;
  const names = r.resourceHooks?.["OnError"] ?? [];
  const errors: string[] = [];
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (names.length === 0 || context.cancelled.aborted) throw error;
      errors.unshift((error as Error).message);
      if (errors.length >= MOST_TRIES) {
        warn(context, r.urn, `maximum number of error hook retries (${MOST_TRIES}) reached`);
        throw new Error("maximum number of error hook retries reached", { cause: error });
      }
      const failure = { ...told(r, old, now, false), failedOperation, errors };
      if (!(await anyWantsRetry(context, names, failure))) throw error;
      const tries = `${errors.length}/${MOST_TRIES}`;
      warn(context, r.urn, `retrying ${failedOperation} due to on-error hook request (${tries})`);
    }
  }
}

async function anyWantsRetry(
  context: DeploymentContext,
  names: readonly string[],
  failure: Failure,
): Promise<boolean> {
  let retry = false;
  for (const name of names) {
    const hook = context.hooks.errorHook(name);
    try {
      retry = (await hook.run(failure)) || retry;
    } catch (error) {
      const why = `error hook "${name}" failed: ${(error as Error).message}`;
      throw new Error(`error hooks execution failed: ${why}`, { cause: error });
    }
  }
  return retry;
}

function warn(context: DeploymentContext, urn: string, message: string): void {
  context.emit({ kind: "diagnostic", severity: "warning", urn, message });
}
