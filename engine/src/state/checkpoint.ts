/** Checkpoint version 3 of Pulumi's file backend, to and from resources. */
import { createHash } from "node:crypto";
import type { Resource } from "../deployment/resource.ts";
import { EngineError } from "../errors.ts";
import { deserializeResource, resourceTexts, serializeResource, wrongIn } from "./resource.ts";
import type { SecretCodec } from "./secrets.ts";
import { misfit } from "./shape.ts";
import { ENGINE_VERSION } from "./version.ts";

type Json = { [key: string]: unknown };

const VERSION = 3;
const VERSION_WITH_FEATURES = 4;
const KNOWN_FEATURES = new Set(["hooks", "taint", "replaceWith", "refreshBeforeUpdate"]);

export type OperationType = "creating" | "updating" | "deleting" | "reading";
export interface PendingOperation {
  readonly resource: Resource;
  readonly type: OperationType;
}

export interface Snapshot {
  readonly resources: Resource[];
  readonly pending: PendingOperation[];
  /** `encryptionsalt` of the secrets in it. */
  readonly encryptionSalt?: string;
  /** When and by what it was made; given only where an edit keeps it, since a run makes its own. */
  readonly manifest?: { [key: string]: unknown } | undefined;
}

/** The file as JSON, before secrets are opened. */
export interface RawCheckpoint {
  readonly version: number;
  readonly stack: string;
  readonly deployment?: RawDeployment;
  /** Where it was read from, for errors. */
  readonly path?: string;
}
export interface RawDeployment {
  manifest?: { [key: string]: unknown };
  secrets_providers?: { type: string; state?: { salt?: string } };
  resources?: { [key: string]: unknown }[];
  pending_operations?: { resource: { [key: string]: unknown }; type: OperationType }[];
  metadata?: unknown;
  [key: string]: unknown;
}

interface Written {
  readonly version?: number;
  readonly features?: string[] | null;
  readonly checkpoint?: { readonly stack?: string; readonly latest?: RawDeployment } | null;
}

export function parseCheckpoint(text: string, path: string): RawCheckpoint {
  const damaged = (why: string): EngineError =>
    new EngineError(
      `the state file ${path} is damaged (${why}); nothing was changed. ` +
        `An earlier state is in ${path}.bak and in the backups folder beside it: copy one back, then run refresh.`,
    );
  if (text.trim() === "") throw damaged("it is empty");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(`${text.length} bytes that are not whole JSON: ${(error as Error).message}`);
  }
  const outer = misfit(json, { version: "number" });
  if (outer !== undefined) throw damaged(outer);
  const { version, features, checkpoint } = json as Written;
  if (typeof version !== "number") throw damaged("it has no version");
  if (version > VERSION_WITH_FEATURES)
    throw new EngineError(
      `failed to load checkpoint: unsupported checkpoint version ${version}: the state file ${path} is newer than what this ` +
        "version of the offline engine understands, and 3 and 4 are read; nothing was changed: use the Pulumi CLI that wrote it",
    );
  if (version < VERSION)
    throw new EngineError(
      `the state file ${path} is too old: it has checkpoint version ${version}, and 3 and 4 are read; ` +
        "nothing was changed: run `pulumi up` once with a Pulumi CLI, which writes it anew",
    );
  const wrong = misfit(json, { features: "texts", checkpoint: "object" });
  if (wrong !== undefined) throw damaged(wrong);
  if (!checkpoint) throw damaged("it has no checkpoint");
  const foreign = (features ?? []).filter((f) => !KNOWN_FEATURES.has(f));
  if (foreign.length > 0)
    throw new EngineError(
      `the state file ${path}: this stack's deployment needs support for the following features: ` +
        `${foreign.join(", ")}: use the Pulumi CLI`,
    );
  const inner = wrongInDeployment(checkpoint);
  if (inner !== undefined) throw damaged(inner);
  const type = checkpoint.latest?.secrets_providers?.type;
  if (type !== undefined && type !== "" && type !== "passphrase")
    throw new EngineError(
      `the state file ${path}: the secrets of this stack are kept by "${type}"; the offline engine supports passphrase only`,
    );
  return {
    version,
    stack: checkpoint.stack ?? "",
    deployment: checkpoint.latest ?? undefined,
    path,
  };
}

function wrongInDeployment(checkpoint: { stack?: unknown; latest?: unknown }): string | undefined {
  const outer = misfit(checkpoint, { stack: "text", latest: "object" }, "checkpoint");
  if (outer !== undefined) return outer;
  const latest = (checkpoint.latest ?? {}) as { [key: string]: unknown };
  const { secrets_providers: secrets, resources, pending_operations: pending } = latest;
  const inner =
    misfit(latest, { manifest: "object", secrets_providers: "object" }, "latest") ??
    misfit(secrets ?? {}, { type: "text", state: "object" }, "secrets_providers") ??
    misfit(
      (secrets as Json | undefined)?.["state"] ?? {},
      { salt: "text" },
      "secrets_providers.state",
    );
  if (inner !== undefined) return inner;
  for (const [name, list] of Object.entries({ resources, pending_operations: pending }))
    if (list !== undefined && list !== null && !Array.isArray(list)) return `${name} is not a list`;
  for (const [i, r] of ((resources ?? []) as unknown[]).entries()) {
    const wrong = wrongIn(r, `resources[${i}]`);
    if (wrong !== undefined) return wrong;
  }
  for (const [i, operation] of ((pending ?? []) as unknown[]).entries()) {
    const where = `pending_operations[${i}]`;
    const wrong =
      misfit(operation, { type: "text" }, where) ??
      wrongIn((operation as Json)["resource"], `${where}.resource`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

export function openSnapshot(raw: RawCheckpoint, codec: SecretCodec): Snapshot {
  const deployment = raw.deployment ?? {};
  const open = (json: Json): Resource => {
    try {
      return deserializeResource(json, codec);
    } catch (error) {
      throw new EngineError(
        `the state file ${raw.path ?? ""}: ${String(json["urn"])}: ${(error as Error).message}`,
      );
    }
  };
  return {
    resources: (deployment.resources ?? []).map(open),
    pending: (deployment.pending_operations ?? []).map((op) => ({
      type: op.type,
      resource: open(op.resource),
    })),
    encryptionSalt: deployment.secrets_providers?.state?.salt,
  };
}

export function serializeDeployment(snapshot: Snapshot, codec: SecretCodec): RawDeployment {
  const magic = createHash("sha256").update(ENGINE_VERSION).digest("hex");
  return {
    manifest: snapshot.manifest ?? {
      time: new Date().toISOString(),
      magic,
      version: ENGINE_VERSION,
    },
    ...(snapshot.encryptionSalt
      ? { secrets_providers: { type: "passphrase", state: { salt: snapshot.encryptionSalt } } }
      : {}),
    ...(snapshot.resources.length > 0
      ? { resources: snapshot.resources.map((r) => serializeResource(r, codec)) }
      : {}),
    ...(snapshot.pending.length > 0
      ? {
          pending_operations: snapshot.pending.map((op) => ({
            resource: serializeResource(op.resource, codec),
            type: op.type,
          })),
        }
      : {}),
    metadata: {},
  };
}

export function renderCheckpoint(stack: string, snapshot: Snapshot, codec: SecretCodec): string {
  return checkpointWriter(stack, codec)(snapshot).toString();
}

/** The file's bytes, again and again: what did not change since the last time is not made anew. */
export function checkpointWriter(stack: string, codec: SecretCodec): (s: Snapshot) => Buffer {
  const textOf = resourceTexts(codec);
  return (snapshot) => {
    const { resources, pending } = snapshot;
    const features = featuresOf(resources);
    const { metadata, ...start } = serializeDeployment({ ...snapshot, ...NOTHING }, codec);
    const head = JSON.stringify({
      version: features.length > 0 ? VERSION_WITH_FEATURES : VERSION,
      ...(features.length > 0 ? { features } : {}),
      checkpoint: { stack, latest: start },
    });
    const parts: (string | Buffer)[] = [head.slice(0, -CLOSING.length)];
    const list = <T>(name: string, items: readonly T[], write: (item: T) => void): void => {
      if (items.length === 0) return;
      items.forEach((item, i) => {
        parts.push(i === 0 ? `,"${name}":[` : ",");
        write(item);
      });
      parts.push("]");
    };
    list("resources", resources, (r) => parts.push(textOf(r)));
    list("pending_operations", pending, ({ resource, type }) =>
      parts.push(`{"resource":`, textOf(resource), `,"type":${JSON.stringify(type)}}`),
    );
    parts.push(`,"metadata":${JSON.stringify(metadata)}`, CLOSING);
    return Buffer.concat(parts.map((p) => (typeof p === "string" ? Buffer.from(p) : p)));
  };
}

/** Of "latest", "checkpoint" and the file. */
const CLOSING = "}}}";
const NOTHING = { resources: [], pending: [] };

function featuresOf(resources: readonly Resource[]): string[] {
  const features = new Set<string>();
  for (const r of resources) {
    if (Object.keys(r.resourceHooks ?? {}).length > 0) features.add("hooks");
    if (r.taint) features.add("taint");
    if (r.replaceWith?.length) features.add("replaceWith");
    if (r.rest?.["refreshBeforeUpdate"]) features.add("refreshBeforeUpdate");
  }
  return [...features].sort();
}
