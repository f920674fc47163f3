/** Calls to providers: secrets stripped on the way in and marked on the way out, time-outs and cancellation applied. */
import {
  InvokeFailed,
  PartialFailure,
  Uncertain,
  type Call,
  type Diff,
  type PropertyMap,
  type Provider,
} from "../provider.ts";
import {
  annotateSecrets,
  isObject,
  markSecret,
  plainMap,
  Secret,
  type Value,
  type Values,
} from "../values/property.ts";
import type { Emit } from "./events.ts";
import type { CustomTimeouts, Resource } from "./resource.ts";

export { PartialFailure, Uncertain };

export interface CallContext {
  readonly emit: Emit;
  readonly cancelled: AbortSignal;
}

export function callFor(
  r: { urn: string; type: string },
  context: CallContext,
  signal: AbortSignal,
  timeoutSeconds?: number,
): Call {
  return {
    urn: r.urn,
    type: r.type,
    signal,
    ...(timeoutSeconds ? { timeoutSeconds } : {}),
    log: (line, severity = "info") => {
      // Lines end in the display of whoever watches, so a resource's secrets must not be in them; the display masks.
      context.emit({
        kind: "diagnostic",
        severity,
        urn: r.urn,
        message: line,
        passing: severity !== "error",
      });
    },
  };
}

/** The call was told to end before it was done: what it did to the world by then is not known. */
export class Interrupted extends Uncertain {}

/** Ends the call's signal at the resource's own time-out, and says so when the call fails of it. */
async function timed<T>(
  r: Resource,
  verb: keyof CustomTimeouts,
  context: CallContext,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const seconds = r.customTimeouts?.[verb];
  const limit = new AbortController();
  const why = `timed out after ${seconds} s (customTimeouts.${verb})`;
  const timer = seconds ? setTimeout(() => limit.abort(new Error(why)), seconds * 1000) : undefined;
  const signal = AbortSignal.any([context.cancelled, limit.signal]);
  try {
    return await work(callFor(r, context, signal, seconds));
  } catch (error) {
    if (!signal.aborted || error instanceof PartialFailure) throw error;
    const reason = limit.signal.aborted ? why : "the run was cancelled";
    throw new Interrupted(`${reason}: ${messageOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Values as a provider is to see them. */
export const shown = (provider: Provider, values: Values): PropertyMap =>
  provider.marksSecrets ? (values as PropertyMap) : plainMap(values);

/** Outputs as the engine keeps them: secret where an input was, where the type says so, and where the program asks. */
export function sealOutputs(provider: Provider, r: Resource, outputs: PropertyMap): Values {
  if (provider.marksSecrets) return markSecret(outputs, r.additionalSecretOutputs ?? []);
  const marked = annotateSecrets(outputs, r.inputs);
  const copy = provider.inputsCopy === undefined ? undefined : marked[provider.inputsCopy];
  if (isObject(copy)) marked[provider.inputsCopy!] = annotateSecrets(copy, r.inputs);
  return markSecret(markPaths(provider, marked, outputs), [
    ...provider.secretOutputs(r.type),
    ...(r.additionalSecretOutputs ?? []),
  ]);
}

/** Marks what the provider knows to be secret in its own answer. */
function markPaths(provider: Provider, marked: Values, answer: PropertyMap): Values {
  return (provider.secretPaths?.(answer) ?? []).reduce(markPath, marked);
}

function markPath(values: Values, path: readonly string[]): Values {
  return markAt(values, path) as Values;
}

function markAt(value: Value, [key, ...rest]: readonly string[]): Value {
  if (key === undefined) return value instanceof Secret ? value : new Secret(value);
  if (Array.isArray(value)) return value.map((v, i) => (String(i) === key ? markAt(v, rest) : v));
  if (!isObject(value)) return value;
  const inner = value[key];
  return inner === undefined ? value : { ...value, [key]: markAt(inner, rest) };
}

export async function check(
  provider: Provider,
  r: { readonly urn: string; readonly type: string },
  olds: Values | undefined,
  news: Values,
  seed: Uint8Array,
  context: CallContext,
): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
  const { inputs, failures } = await provider.check({
    ...callFor(r, context, context.cancelled),
    ...(olds ? { olds: shown(provider, olds) } : {}),
    news: shown(provider, news),
    seed,
  });
  if (provider.marksSecrets) return { inputs, failures };
  return { inputs: markPaths(provider, annotateSecrets(inputs, news), inputs), failures };
}

export function diff(
  provider: Provider,
  old: Resource,
  type: string,
  inputs: Values,
  ignore: readonly string[],
  context: CallContext,
): Promise<Diff> {
  return provider.diff({
    ...callFor({ urn: old.urn, type }, context, context.cancelled),
    id: old.id,
    oldInputs: shown(provider, old.inputs),
    oldOutputs: shown(provider, old.outputs),
    newInputs: shown(provider, inputs),
    ignoreChanges: ignore,
  });
}

export async function create(
  provider: Provider,
  r: Resource,
  preview: boolean,
  context: CallContext,
): Promise<{ id: string; outputs: Values }> {
  const { id, outputs } = await timed(r, "create", context, (call) =>
    provider.create({ ...call, inputs: shown(provider, r.inputs), preview }),
  );
  if (!preview && id === "") throw new Error("provider did not return an ID from Create");
  return { id, outputs: sealOutputs(provider, r, outputs) };
}

export async function update(
  provider: Provider,
  old: Resource,
  r: Resource,
  preview: boolean,
  context: CallContext,
  ignore: readonly string[] = [],
): Promise<Values> {
  const { outputs } = await timed(r, "update", context, (call) =>
    provider.update({
      ...call,
      id: old.id,
      oldInputs: shown(provider, old.inputs),
      oldOutputs: shown(provider, old.outputs),
      newInputs: shown(provider, r.inputs),
      ignoreChanges: ignore,
      preview,
    }),
  );
  return sealOutputs(provider, r, outputs);
}

export async function read(
  provider: Provider,
  r: Resource,
  context: CallContext,
): Promise<{ id: string; inputs: Values; outputs: Values } | undefined> {
  const found = await timed(r, "read", context, (call) =>
    provider.read({
      ...call,
      id: r.id,
      inputs: shown(provider, r.inputs),
      outputs: shown(provider, r.outputs),
    }),
  );
  return found && sealRead(provider, r, found);
}

export function sealRead(
  provider: Provider,
  r: Resource,
  found: { id: string; inputs: PropertyMap; outputs: PropertyMap },
): { id: string; inputs: Values; outputs: Values } {
  const sealed = sealOutputs(provider, r, found.outputs);
  if (provider.marksSecrets) return { id: found.id, inputs: found.inputs, outputs: sealed };
  const outputs = annotateSecrets(sealed, r.outputs);
  const inputs = markPaths(provider, annotateSecrets(found.inputs, r.inputs), found.inputs);
  return { id: found.id, inputs, outputs };
}

export function remove(provider: Provider, r: Resource, context: CallContext): Promise<void> {
  return timed(r, "delete", context, (call) =>
    provider.delete({
      ...call,
      id: r.id,
      inputs: shown(provider, r.inputs),
      outputs: shown(provider, r.outputs),
    }),
  );
}

export async function invoke(
  provider: Provider,
  token: string,
  args: Values,
  context: CallContext,
): Promise<Values> {
  const { signal, log } = callFor({ urn: "", type: token }, context, context.cancelled);
  try {
    const answer = await provider.invoke(token, shown(provider, args), { signal, log });
    return provider.marksSecrets ? answer : markPaths(provider, answer, answer);
  } catch (error) {
    if (error instanceof InvokeFailed) throw error;
    throw new Error(`invocation of ${token} returned an error: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
