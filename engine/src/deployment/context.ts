/** What all parts of one deployment share: options, books, and the state. */
import { hash, randomBytes } from "node:crypto";
import { EXIT, EngineError } from "../errors.ts";
import type { Emit } from "./events.ts";
import { AliasBook } from "./aliases.ts";
import { Hooks } from "./hooks.ts";
import { limiter, serializer, type Limited } from "./graph.ts";
import type { View } from "./plan.ts";
import { ProviderRegistry, type LoadProvider } from "./registry.ts";
import type { Goal, Resource } from "./resource.ts";
import { SnapshotManager } from "./snapshot.ts";
import { Scope, type ScopeOptions } from "./targets.ts";
import { STACK_TYPE, makeUrn, parseReference, qualifiedType, type Place } from "./urn.ts";

export interface DeploymentOptions {
  readonly place: Place;
  readonly preview: boolean;
  /** What a run of the program is for; "update" when nothing is said. */
  readonly mode?: View["mode"];
  readonly parallel: number;
  /** What does not stand on a step that failed is done all the same. */
  readonly continueOnError?: boolean;
  readonly scope: ScopeOptions;
  readonly loadProvider: LoadProvider;
  /** One a process, so that a preview and the update after it give the same automatic names. */
  readonly seed: Uint8Array;
}

/** The policy packs' say on a resource, before anything is done with it. Throws when a mandatory policy is violated. */
export type Analyze = (resource: Resource, goal: Goal) => Promise<void>;

export class DeploymentContext {
  readonly options: DeploymentOptions;
  readonly snapshot: SnapshotManager;
  readonly emit: Emit;
  readonly olds = new Map<string, Resource>();
  readonly found: readonly Resource[];
  readonly registry: ProviderRegistry;
  readonly aliases: AliasBook;
  readonly scope: Scope;
  /** Goals by urn, for what children inherit. */
  readonly goals = new Map<string, Goal>();
  readonly seen = new Set<string>();
  readonly operated = new Set<string>();
  readonly replaced = new Set<string>();
  /** Deleted ahead of a replacement, and the keys that caused it; a registration that follows makes the resource anew. */
  readonly deleted = new Map<string, readonly string[]>();
  readonly condemned = new Set<Resource>();
  readonly skippedCreates = new Set<string>();
  readonly hooks = new Hooks();
  readonly one = serializer();
  readonly limited: Limited;
  readonly cancelled: AbortSignal;
  analyze: Analyze | undefined;
  /** Told at the first failure, so that whoever waits for the program need not. */
  onFail: () => void = () => {};
  private hasFailed = false;
  /** Of the run, if it fails. */
  exitCode: number = EXIT.error;
  /** Something could not be done: the rest goes on, but the run as a whole fails. */
  complained = false;
  stepFailed = false;
  /** A policy forbade something. */
  forbidden = false;
  /** The program ended with an error, which says all there is to say of the run. */
  programFailed = false;
  /** Urns of what failed in a run that goes on, and of what was left out since it stands on that. */
  readonly left = new Set<string>();

  constructor(
    options: DeploymentOptions,
    found: readonly Resource[],
    snapshot: SnapshotManager,
    emit: Emit,
    cancelled: AbortSignal,
  ) {
    this.options = options;
    this.found = found;
    this.snapshot = snapshot;
    this.emit = emit;
    this.cancelled = cancelled;
    this.registry = new ProviderRegistry(options.loadProvider);
    this.aliases = new AliasBook(options.place);
    this.scope = new Scope(options.scope);
    this.limited = limiter(options.parallel);
    for (const r of found) if (!r.delete) this.olds.set(r.urn, r);
  }

  get failed(): boolean {
    return this.hasFailed;
  }

  set failed(value: boolean) {
    this.hasFailed ||= value;
    if (value) this.onFail();
  }

  get stopped(): boolean {
    return this.failed || this.cancelled.aborted;
  }

  seedFor(urn: string): Uint8Array {
    return Buffer.from(
      hash("sha256", Buffer.concat([this.options.seed, Buffer.from(urn)]), "hex"),
      "hex",
    );
  }

  /** The provider of a resource in state; one that this run has not registered is taken from the state. */
  ensureProvider(reference: string): string {
    if (!this.registry.has(reference)) {
      const { urn, id } = parseReference(reference);
      const resource = this.found.find((r) => r.urn === urn && r.id === id);
      if (!resource) throw new Error(`unknown provider '${reference}': it is not in the state`);
      this.registry.add(resource);
    }
    return reference;
  }

  /** The urn of a registration, which must be the only one of its name. */
  claimUrn(goal: Goal): string {
    if (goal.parent && !this.seen.has(goal.parent))
      throw new EngineError(`could not find parent resource ${goal.parent}`);
    const urn = makeUrn(this.options.place, goal.parent, goal.type, goal.name);
    if (this.seen.has(urn))
      throw new EngineError(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    if (qualifiedType(urn) === STACK_TYPE && goal.parent)
      throw new EngineError(`${urn}: a stack has no parent`);
    this.seen.add(urn);
    return urn;
  }

  complain(urn: string, message: string): void {
    this.complained = true;
    this.emit({ kind: "diagnostic", severity: "error", urn, message });
  }

  /** A step, or what belongs to it; the run as a whole tells that too. */
  failStep(urn: string, error: unknown): void {
    this.stepFailed = true;
    const told = this.options.preview ? "Preview failed: " : "";
    const isUnsupported = error instanceof EngineError && error.exitCode === EXIT.unsupported;
    if (this.options.continueOnError && !isUnsupported)
      this.complain(urn, told + (error instanceof Error ? error.message : String(error)));
    else this.failOf(urn, error, told);
  }

  fail(urn: string, message: string): void {
    this.failed = true;
    this.emit({ kind: "diagnostic", severity: "error", urn, message });
  }

  /** What is not supported ends the run with a code of its own, wherever it was found. */
  failOf(urn: string, error: unknown, told = ""): void {
    if (error instanceof EngineError && error.exitCode === EXIT.unsupported)
      this.exitCode = error.exitCode;
    this.fail(urn, told + (error instanceof Error ? error.message : String(error)));
  }
}

export const newSeed = (): Uint8Array => {
  const SEED_BYTES = 32;
  return randomBytes(SEED_BYTES);
};
