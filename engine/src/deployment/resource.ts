/** A resource as state has it, and what a program asks a resource to be. */
import type { Value, Values } from "../values/property.ts";

export interface CustomTimeouts {
  readonly create?: number;
  readonly update?: number;
  readonly delete?: number;
  readonly read?: number;
}

/** Fields in the order of the checkpoint format; absent and empty mean the same. */
export interface Resource {
  urn: string;
  custom: boolean;
  delete?: boolean;
  id: string;
  type: string;
  inputs: Values;
  outputs: Values;
  parent: string;
  protect?: boolean;
  taint?: boolean;
  external?: boolean;
  dependencies: string[];
  initErrors?: string[];
  /** "URN::ID" of the provider resource; empty for components and providers. */
  provider: string;
  propertyDependencies: { [property: string]: string[] };
  pendingReplacement?: boolean;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  customTimeouts?: CustomTimeouts;
  importID?: string;
  retainOnDelete?: boolean;
  deletedWith?: string;
  replaceWith?: string[];
  created?: string;
  modified?: string;
  sourcePosition?: string;
  ignoreChanges?: string[];
  hideDiff?: string[];
  replaceOnChanges?: string[];
  replacementTrigger?: Value;
  resourceHooks?: { [kind: string]: string[] };
  /** What the engine does not use but must not lose when it rewrites the state of the CLI. */
  rest?: { [key: string]: unknown };
}

export interface Alias {
  readonly urn?: string;
  readonly name?: string;
  readonly type?: string;
  readonly stack?: string;
  readonly project?: string;
  readonly parent?: string;
  readonly noParent?: boolean;
}

/** A registration, decoded. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  readonly inputs: Values;
  readonly provider: string;
  readonly dependencies: string[];
  readonly propertyDependencies: { [property: string]: string[] };
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly ignoreChanges: string[];
  readonly replaceOnChanges: string[];
  readonly additionalSecretOutputs: string[];
  readonly aliases: Alias[];
  readonly importId: string;
  readonly customTimeouts: CustomTimeouts;
  readonly deletedWith: string;
  readonly replaceWith: string[];
  readonly replacementTrigger?: Value;
  readonly hideDiff: string[];
  readonly hooks: { [kind: string]: string[] };
  readonly sourcePosition?: string;
}

export function newResource(urn: string, goal: Goal, old: Resource | undefined): Resource {
  return {
    urn,
    custom: goal.custom,
    id: "",
    type: goal.type,
    inputs: goal.inputs,
    outputs: {},
    parent: goal.parent,
    protect: goal.protect,
    dependencies: goal.dependencies,
    provider: goal.provider,
    propertyDependencies: goal.propertyDependencies,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    customTimeouts: goal.customTimeouts,
    importID: goal.importId,
    retainOnDelete: goal.retainOnDelete,
    deletedWith: goal.deletedWith,
    replaceWith: goal.replaceWith,
    created: old?.created,
    modified: old?.modified,
    sourcePosition: goal.sourcePosition,
    ignoreChanges: goal.ignoreChanges,
    hideDiff: goal.hideDiff,
    replaceOnChanges: goal.replaceOnChanges,
    replacementTrigger: goal.replacementTrigger,
    resourceHooks: goal.hooks,
  };
}

/** One that asks for nothing but inputs. */
export function emptyGoal(type: string, name: string, inputs: Values): Goal {
  return {
    type,
    name,
    custom: true,
    parent: "",
    inputs,
    provider: "",
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: [],
    aliases: [],
    importId: "",
    customTimeouts: {},
    deletedWith: "",
    replaceWith: [],
    hideDiff: [],
    hooks: {},
  };
}

/** An import reads an object that exists into the state, before anything is compared with it. */
export function isImport(goal: Goal, old: Resource | undefined): boolean {
  if (!goal.custom || goal.importId === "") return false;
  return !old || old.external === true || (old.importID || old.id) !== goal.importId;
}
