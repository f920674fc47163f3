/** A stack's state as both engines should leave it: secrets opened but marked, random things named. */
import { existsSync, readFileSync } from "node:fs";
import { SECRET_TAG, SIGNATURE } from "../src/values/property.ts";
import { clean } from "./clean.ts";
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

export async function readState(path: string): Promise<State | undefined> {
  if (!existsSync(path)) return undefined;
  const { checkpoint } = JSON.parse(readFileSync(path, "utf8")) as Checkpoint;
  const crypter = await caseSecrets.crypter();
  const open = (object: { readonly [key: string]: unknown }): unknown =>
    object[SIGNATURE] === SECRET_TAG && typeof object["ciphertext"] === "string"
      ? { "<secret>": clean(JSON.parse(crypter.decrypt(object["ciphertext"])), open) }
      : undefined;
  const { resources = [], pending_operations = [] } = checkpoint.latest ?? {};
  // Steps that run side by side are written as they end; that the order is a sound one, `stack import` checks.
  const order = (a: StateResource, b: StateResource): number =>
    a.urn.localeCompare(b.urn) || Number(a["delete"] ?? 0) - Number(b["delete"] ?? 0);
  return {
    resources: (clean(resources, open) as StateResource[]).sort(order),
    pending_operations: clean(pending_operations, open) as unknown[],
  };
}
