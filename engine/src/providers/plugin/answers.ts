/** What a plugin answers, in the engine's terms: differences, and errors with what they carry. */
import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type errorTypes from "@pulumi/pulumi/proto/errors_pb.js";
import type pbTypes from "@pulumi/pulumi/proto/provider_pb.js";
import type statusTypes from "@pulumi/pulumi/proto/status_pb.js";
import type { ChangeKind, CheckFailure, Diff } from "../../provider.ts";
import { diffObjects, type ObjectDiff, type ValueDiff } from "../../values/object-diff.ts";
import { plainMap, type Values } from "../../values/property.ts";

const require = createRequire(import.meta.url);
const pb = require("@pulumi/pulumi/proto/provider_pb.js") as typeof pbTypes;
const UNIMPLEMENTED = 12;
const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;

const KINDS = new Map<number, ChangeKind>([
  [pb.PropertyDiff.Kind.ADD, "add"],
  [pb.PropertyDiff.Kind.ADD_REPLACE, "add-replace"],
  [pb.PropertyDiff.Kind.DELETE, "delete"],
  [pb.PropertyDiff.Kind.DELETE_REPLACE, "delete-replace"],
  [pb.PropertyDiff.Kind.UPDATE, "update"],
  [pb.PropertyDiff.Kind.UPDATE_REPLACE, "update-replace"],
]);

const NONE: Diff = { changed: [], replaced: [] };

/** `inputs` are compared by the engine itself where the plugin does not know. */
export function diffOf(
  answer: pbTypes.DiffResponse,
  inputs: { readonly old: Values; readonly now: Values },
): Diff {
  const changes = answer.getChanges();
  if (changes === DIFF_NONE) return NONE;
  const keys = answer.getReplacesList();
  const first = answer.getDeletebeforereplace() ? { deleteBeforeReplace: true } : {};
  if (changes !== DIFF_SOME) {
    const compared = compareInputs(inputs.old, inputs.now);
    return compared ? { ...compared, replaced: keys, keys, ...first } : NONE;
  }
  const said = { changed: answer.getDiffsList(), differs: true, ...first };
  if (!answer.getHasdetaileddiff()) return { ...said, replaced: keys };
  const detailed: { [path: string]: ChangeKind } = {};
  let inputDiff = true;
  const told = answer.getDetaileddiffMap().entries() as Iterable<[string, pbTypes.PropertyDiff]>;
  for (const [path, one] of told) {
    detailed[path] = KINDS.get(one.getKind()) ?? "update";
    inputDiff &&= one.getInputdiff();
  }
  const paths = Object.keys(detailed);
  const replacing = paths.filter((path) => detailed[path]!.endsWith("-replace"));
  const replaced = [...new Set([...keys, ...replacing])];
  return { ...said, replaced, keys, detailed, ...(inputDiff && paths.length > 0 && { inputDiff }) };
}

/** As the CLI compares for a provider that says neither yes nor no. */
function compareInputs(old: Values, now: Values): Omit<Diff, "replaced"> | undefined {
  const diff = diffObjects(plainMap(old), plainMap(now), () => false);
  if (!diff) return undefined;
  const detailed: { [path: string]: ChangeKind } = {};
  addPaths(diff, "", detailed);
  const changed = [...diff.adds.keys(), ...diff.deletes.keys(), ...diff.updates.keys()].sort();
  return { changed, detailed, inputDiff: true };
}

type Paths = { [path: string]: ChangeKind };

function addPaths(diff: ObjectDiff, prefix: string, out: Paths): void {
  const at = (key: string): string =>
    /^[^.[\]"]+$/.test(key)
      ? prefix + (prefix === "" ? "" : ".") + key
      : `${prefix}[${JSON.stringify(key)}]`;
  for (const key of diff.adds.keys()) out[at(key)] = "add";
  for (const key of diff.deletes.keys()) out[at(key)] = "delete";
  for (const [key, value] of diff.updates) addValue(value, at(key), out);
}

function addValue({ object, array }: ValueDiff, path: string, out: Paths): void {
  if (object) return addPaths(object, path, out);
  if (!array) {
    out[path] = "update";
    return;
  }
  for (const index of array.adds.keys()) out[`${path}[${index}]`] = "add";
  for (const index of array.deletes.keys()) out[`${path}[${index}]`] = "delete";
  for (const [index, value] of array.updates) addValue(value, `${path}[${index}]`, out);
}

export const failuresOf = (
  answer: pbTypes.CheckResponse | pbTypes.InvokeResponse,
): CheckFailure[] =>
  answer
    .getFailuresList()
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));

export const isUnimplemented = (error: unknown): boolean =>
  (error as Partial<grpc.ServiceError>).code === UNIMPLEMENTED;

type Decode<T> = (bytes: Uint8Array) => T;

/** The parts of a kind that an error carries beside its text. */
function detailsOf<T>(error: unknown, type: string, decode: Decode<T>): T[] {
  const [bytes] =
    (error as Partial<grpc.ServiceError>).metadata?.get("grpc-status-details-bin") ?? [];
  if (!(bytes instanceof Uint8Array)) return [];
  const status = require("@pulumi/pulumi/proto/status_pb.js") as typeof statusTypes;
  return status.Status.deserializeBinary(bytes)
    .getDetailsList()
    .filter((detail) => detail.getTypeUrl().split("/").at(-1) === type)
    .map((detail) => decode(detail.getValue_asU8()));
}

/** The plugin's own words, with what made it say them. */
export function messageOf(error: unknown): string {
  const { details, message } = error as Partial<grpc.ServiceError>;
  const errors = require("@pulumi/pulumi/proto/errors_pb.js") as typeof errorTypes;
  const [cause] = detailsOf(error, "pulumirpc.ErrorCause", (bytes) =>
    errors.ErrorCause.deserializeBinary(bytes),
  );
  const text = details || message || String(error);
  return cause ? `${text}: ${cause.getMessage()}` : text;
}

export interface Unfinished {
  readonly id: string;
  readonly outputs: ReturnType<pbTypes.ErrorResourceInitFailed["getProperties"]>;
  readonly inputs: ReturnType<pbTypes.ErrorResourceInitFailed["getInputs"]>;
  readonly reasons: readonly string[];
}

/** An object that is there, though it is not what was asked for. */
export function unfinishedOf(error: unknown): Unfinished | undefined {
  const [failed] = detailsOf(error, "pulumirpc.ErrorResourceInitFailed", (bytes) =>
    pb.ErrorResourceInitFailed.deserializeBinary(bytes),
  );
  return (
    failed && {
      id: failed.getId(),
      outputs: failed.getProperties(),
      inputs: failed.getInputs(),
      reasons: failed.getReasonsList(),
    }
  );
}

/** As the CLI lists several reasons. */
export function listed(reasons: readonly string[]): string {
  if (reasons.length === 0) return "resource init failed";
  const lines = reasons.map((reason) => `\t* ${reason}\n`).join("");
  return `${reasons.length} error${reasons.length === 1 ? "" : "s"} occurred:\n${lines}\n`;
}

/** Settings that are missing are told one by one, with the command that sets them. */
export function configureError(error: unknown): unknown {
  const [missing] = detailsOf(error, "pulumirpc.ConfigureErrorMissingKeys", (bytes) =>
    pb.ConfigureErrorMissingKeys.deserializeBinary(bytes),
  );
  const keys = missing?.getMissingkeysList() ?? [];
  if (keys.length === 0) return error;
  return new Error(
    listed(
      keys.map(
        (key) =>
          `missing required configuration key "${key.getName()}": ${key.getDescription()}\n` +
          `Set a value using the command \`pulumi config set ${key.getName()} <value>\`.`,
      ),
    ),
  );
}
