/** A stack's state as both engines should leave it: secrets opened but marked, random things named. */
import { existsSync, readFileSync } from "node:fs";
import { SECRET_TAG, SIGNATURE } from "../src/values/property.ts";
import { caseSecrets } from "./workspace.ts";

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly dependencies?: string[];
  readonly [key: string]: unknown;
}

export interface State {
  readonly resources: StateResource[];
  readonly pending_operations: unknown[];
}

interface Checkpoint {
  checkpoint: {
    latest?: { resources?: StateResource[]; pending_operations?: unknown[] };
  };
}

/** Of the checkpoint's own fields these say when and by what it was written. */
const DROPPED = new Set([
  // Every engine writes at its own time.
  "created",
  "modified",
  // Places inside the language's SDK; no engine reads them, and the offline one does not keep them.
  "stackTrace",
  // A note of the bridge to itself, from which it rebuilds a Terraform state; it does without.
  "__pulumi_raw_state_delta",
]);

export async function readState(path: string): Promise<State | undefined> {
  if (!existsSync(path)) return undefined;
  const { checkpoint } = JSON.parse(readFileSync(path, "utf8")) as Checkpoint;
  const crypter = await caseSecrets.crypter();
  const open = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(open);
    if (typeof value !== "object" || value === null) return value;
    const object = value as { [key: string]: unknown };
    if (object[SIGNATURE] === SECRET_TAG && typeof object["ciphertext"] === "string")
      return { "<secret>": open(JSON.parse(crypter.decrypt(object["ciphertext"]))) };
    return Object.fromEntries(
      Object.entries(object)
        .filter(([key]) => !DROPPED.has(key))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, open(inner)]),
    );
  };
  const { resources = [], pending_operations = [] } = checkpoint.latest ?? {};
  // Steps that run side by side are written as they end; that the order is a sound one, `stack import` checks.
  const order = (a: StateResource, b: StateResource): number =>
    a.urn.localeCompare(b.urn) || Number(a["delete"] ?? 0) - Number(b["delete"] ?? 0);
  return {
    resources: (open(resources) as StateResource[]).map(sorted).sort(order),
    pending_operations: open(pending_operations) as unknown[],
  };
}

/** Sets that the CLI writes in the order of a map. */
function sorted(resource: StateResource): StateResource {
  const { dependencies, sourcePosition } = resource;
  return {
    ...resource,
    ...(dependencies ? { dependencies: [...dependencies].sort() } : {}),
    // Where the program itself is; the SDK's own places depend on where it is installed.
    ...(typeof sourcePosition === "string" && sourcePosition.includes("/node_modules/")
      ? { sourcePosition: "<the SDK>" }
      : {}),
  };
}
