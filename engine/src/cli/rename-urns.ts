/** Puts a state under another stack or project name: every URN in it, and nothing else. Pure, on the state's JSON. */
import { STACK_TYPE, parseReference, qualifiedType, urnName } from "../deployment/urn.ts";
import { REFERENCE_TAG, SIGNATURE } from "../values/property.ts";
import type { RawDeployment } from "../state/checkpoint.ts";

export interface Name {
  readonly project: string;
  readonly stack: string;
}

type Json = { [key: string]: unknown };

export function renameDeployment(deployment: RawDeployment, from: Name, to: Name): RawDeployment {
  const rename = (urn: string): string => renameUrn(urn, from, to);
  const renamed = (resource: Json): Json => renameResource(resource, rename);
  return {
    ...deployment,
    ...(deployment.resources ? { resources: deployment.resources.map(renamed) } : {}),
    ...(deployment.pending_operations
      ? {
          pending_operations: deployment.pending_operations.map((operation) => ({
            ...operation,
            resource: renamed(operation.resource),
          })),
        }
      : {}),
  };
}

/** URNs of other stacks, as of a StackReference, stay what they are. */
export function renameUrn(urn: string, from: Name, to: Name): string {
  const [head, project] = urn.split("::");
  if (head !== `urn:pulumi:${from.stack}` || project !== from.project) return urn;
  const type = qualifiedType(urn);
  const name = type === STACK_TYPE ? `${to.project}-${to.stack}` : urnName(urn);
  return `urn:pulumi:${to.stack}::${to.project}::${type}::${name}`;
}

const LISTS = ["dependencies", "replaceWith", "aliases"] as const;
const SINGLE = ["urn", "parent", "deletedWith", "viewOf"] as const;
const VALUES = ["inputs", "outputs", "replacementTrigger"] as const;

function renameResource(resource: Json, rename: (urn: string) => string): Json {
  const out = { ...resource };
  for (const key of SINGLE) if (typeof out[key] === "string") out[key] = rename(out[key]);
  for (const key of LISTS)
    if (Array.isArray(out[key])) out[key] = (out[key] as string[]).map(rename);
  for (const key of VALUES) if (out[key] !== undefined) out[key] = renameValue(out[key], rename);
  if (typeof out["propertyDependencies"] === "object" && out["propertyDependencies"] !== null)
    out["propertyDependencies"] = Object.fromEntries(
      Object.entries(out["propertyDependencies"]).map(([key, urns]) => [
        key,
        (urns as string[] | null)?.map(rename) ?? urns,
      ]),
    );
  if (typeof out["provider"] === "string" && out["provider"] !== "") {
    const { urn, id } = parseReference(out["provider"]);
    out["provider"] = `${rename(urn)}::${id}`;
  }
  return out;
}

/** References to resources inside property values. What is encrypted is not looked into, nor does the CLI. */
function renameValue(value: unknown, rename: (urn: string) => string): unknown {
  if (Array.isArray(value)) return value.map((v) => renameValue(v, rename));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Json;
  if (object[SIGNATURE] === REFERENCE_TAG && typeof object["urn"] === "string")
    return { ...object, urn: rename(object["urn"]) };
  return Object.fromEntries(Object.entries(object).map(([k, v]) => [k, renameValue(v, rename)]));
}
