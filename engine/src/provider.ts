/**
 * What the engine asks of a resource provider. It is Pulumi's ResourceProvider protocol with the transport taken away:
 * same verbs, same meaning, plain values. Secrets reach no provider of the engine: it unwraps inputs and marks outputs.
 */
import type { Values } from "./values/property.ts";

/** A value that is not known before the deployment has run. Only ever seen while `preview` is true. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** JSON as Pulumi has it, plus UNKNOWN. Asset and archive values are refused before they reach a provider. */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | PropertyValue[]
  | { [key: string]: PropertyValue };
export type PropertyMap = { [key: string]: PropertyValue };

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export type ChangeKind =
  "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface Diff {
  /** Property paths that differ, in Pulumi's dotted and bracketed form; empty means no change. */
  readonly changed: readonly string[];
  /** The subset of `changed` that cannot be updated in place. */
  readonly replaced: readonly string[];
  /** What kind of change each path is, from providers that tell so much; for people to read. */
  readonly detailed?: { readonly [path: string]: ChangeKind };
  /** Root properties that it is replaced for, from providers that tell their changes by path. */
  readonly keys?: readonly string[];
  /** What it is said to be replaced for, where that is not by root properties, which are then not told either. */
  readonly replacedFor?: readonly string[];
  /** The engine found it by itself, for what has no provider; it is not told as a provider's reasons. */
  readonly byEngine?: boolean;
  /** There is a change, though no path of it is told. */
  readonly differs?: boolean;
  /** The paths compare inputs with inputs, and not outputs with inputs. */
  readonly inputDiff?: boolean;
  /** Replace by deleting first, because two such resources cannot exist side by side. */
  readonly deleteBeforeReplace?: boolean;
}

export interface Call {
  readonly urn: string;
  readonly type: string;
  /** Ends when the user cancels or the resource's custom time-out passes; long calls must honour it. */
  readonly signal: AbortSignal;
  /** The resource's custom time-out for this verb; `signal` ends at the same time. */
  readonly timeoutSeconds?: number;
  /** Lines for the progress display, shown under the resource. */
  readonly log: (line: string, severity?: "info" | "warning" | "error") => void;
}

/** A provider resource, whose configuration a provider gets: with secrets marked, nested values as JSON text. */
export interface ProviderResource {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Values;
}

export interface Provider {
  readonly name: string;
  /** Whose behaviour it has: versions of the real provider up to this one, of the same major version. Absent: of every one. */
  readonly version?: string;
  /** It is of this version, and resources that ask for another one are not for it. */
  readonly onlyVersion?: string;
  /** Resource type tokens that it serves, such as "docker:index/container:Container"; none where it cannot list them. */
  readonly types: readonly string[];
  /** Tokens of the functions that it answers. */
  readonly functions?: readonly string[];
  /** Optional: why it does not serve a type, by what it serves instead; undefined for those that it does. */
  refuses?(type: string): string | undefined;
  /** Nothing of its resources exists outside of the state: what a killed run made is gone with it. */
  readonly onlyInState?: boolean;
  /** Property names of a type that are secret in state whatever the program says. */
  secretOutputs(type: string): readonly string[];
  /** Optional: paths in checked inputs or outputs that are secret whatever the program says, where the type alone does not tell. */
  secretPaths?(answer: PropertyMap): readonly (readonly string[])[];
  /** Optional: the output in which it keeps a copy of the inputs, whose secrets are marked as those of the inputs. */
  readonly inputsCopy?: string;
  /**
   * It is given values with their secrets marked, and its answers say themselves what is secret: property maps hold Secret
   * objects (values/property.ts), and references to resources as they travel.
   */
  readonly marksSecrets?: boolean;
  /** Optional: what check, diff and previews need of the configuration. Called once, before any verb; may hold UNKNOWN. */
  prepare?(config: PropertyMap, resource?: ProviderResource): void;
  /** Optional: what it says to a configuration, before there is one. Without it, all is well. */
  checkConfig?(
    urn: string,
    olds: Values | undefined,
    news: Values,
  ): Promise<{ inputs: Values; failures: CheckFailure[] }>;
  /** Optional: what it notes about itself beside its configuration in state. */
  readonly configNotes?: PropertyMap;
  /** Optional: which of two configurations' differences make other objects of all its resources. Without it, none does. */
  diffConfig?(
    olds: PropertyMap,
    news: PropertyMap,
    change: { readonly urn: string; readonly olds: Values; readonly news: Values },
  ): Diff | Promise<Diff>;
  /** Called once per provider resource (default or explicit) before any other verb. Throws an Error with a clear message. */
  configure(config: PropertyMap): Promise<void>;
  /** Applies defaults and auto-names (from `seed`, so that preview and up agree) and validates. `olds` are the checked inputs in state. */
  check(
    call: Call & {
      readonly olds?: PropertyMap;
      readonly news: PropertyMap;
      readonly seed: Uint8Array;
    },
  ): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }>;
  diff(
    call: Call & {
      readonly id: string;
      readonly oldInputs: PropertyMap;
      readonly oldOutputs: PropertyMap;
      readonly newInputs: PropertyMap;
      readonly ignoreChanges: readonly string[];
    },
  ): Promise<Diff>;
  /** With `preview` nothing is made: returns "" as id, and outputs with UNKNOWN for what only the real object can tell. */
  create(
    call: Call & { readonly inputs: PropertyMap; readonly preview: boolean },
  ): Promise<{ id: string; outputs: PropertyMap }>;
  /** The real object's state now, or undefined when it is gone. `inputs` come back as a refresh of the real provider would leave them. */
  read(
    call: Call & {
      readonly id: string;
      readonly inputs: PropertyMap;
      readonly outputs: PropertyMap;
    },
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap } | undefined>;
  update(
    call: Call & {
      readonly id: string;
      readonly oldInputs: PropertyMap;
      readonly oldOutputs: PropertyMap;
      readonly newInputs: PropertyMap;
      readonly ignoreChanges?: readonly string[];
      readonly preview: boolean;
    },
  ): Promise<{ outputs: PropertyMap }>;
  /** Succeeds when the object is already gone. */
  delete(
    call: Call & {
      readonly id: string;
      readonly inputs: PropertyMap;
      readonly outputs: PropertyMap;
    },
  ): Promise<void>;
  /**
   * Optional: removes what a create that was interrupted (the process was killed) may have made and nobody recorded: an object
   * by the name in `inputs` that is not older than `since`. Returns what was removed, in words, or undefined. Throws
   * Uncertain where nobody can know.
   */
  discard?(
    call: Call & { readonly inputs: PropertyMap; readonly since: Date },
  ): Promise<string | undefined>;
  /** Optional: whether an object that was read is being deleted already, and nothing can keep it. */
  isGoing?(outputs: PropertyMap): boolean;
  /** Functions of the package (data sources); tokens it does not know throw an Error that names the token. */
  invoke(
    token: string,
    args: PropertyMap,
    call?: Pick<Call, "signal" | "log">,
  ): Promise<PropertyMap>;
}

/**
 * Thrown by create, update or read when the object exists but is not what was asked for: its state is recorded, so
 * that the next run updates or deletes it instead of leaving it behind.
 */
export class PartialFailure extends Error {
  readonly id: string;
  readonly outputs: PropertyMap;
  /** What is wrong, one line each, as state keeps it. */
  readonly reasons: readonly string[];
  /** Of a read only: the inputs as the object has them now. */
  readonly inputs: PropertyMap | undefined;
  constructor(
    message: string,
    id: string,
    outputs: PropertyMap,
    more: { readonly reasons?: readonly string[]; readonly inputs?: PropertyMap } = {},
  ) {
    super(message);
    this.id = id;
    this.outputs = outputs;
    this.reasons = more.reasons ?? [message];
    this.inputs = more.inputs;
  }
}

/** Thrown by create when nobody knows whether the object exists: what was asked for got no answer. The next run looks for it. */
export class Uncertain extends Error {}

/** Thrown by invoke when the arguments are not what the function takes; the program is told of each. */
export class InvokeFailed extends Error {
  readonly failures: readonly CheckFailure[];
  constructor(failures: readonly CheckFailure[]) {
    super(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
    this.failures = failures;
  }
}
