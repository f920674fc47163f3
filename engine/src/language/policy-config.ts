/** How the policies of a pack are configured: their schema's defaults, the pack's own values, then a file. Pure. */
import { EngineError } from "../errors.ts";
import type { Json } from "../values/wire.ts";
import { problemsOf, type Schema } from "./policy-schema.ts";

export type Level = "advisory" | "mandatory" | "remediate" | "disabled";
const LEVELS: readonly string[] = ["advisory", "mandatory", "remediate", "disabled"];

export interface PolicySetting {
  /** Absent: as it is without this. */
  readonly level?: Level | undefined;
  readonly properties: { readonly [key: string]: Json };
}
export type PolicySettings = { readonly [policy: string]: PolicySetting };

export interface KnownPolicy {
  readonly name: string;
  readonly level: Level;
  readonly properties: { readonly [key: string]: Schema };
  readonly required: readonly string[];
}

function levelOf(policy: string, given: unknown): Level | undefined {
  if (given === undefined) return undefined;
  const problem = (why: string): EngineError =>
    new EngineError(`parsing enforcement level for "${policy}": ${why}`);
  if (typeof given !== "string")
    throw problem(`${String(given)} is not a valid enforcement level; must be a string`);
  if (!LEVELS.includes(given)) throw problem(`"${given}" is not a valid enforcement level`);
  return given as Level;
}

/** {"POLICY": "advisory"} or {"POLICY": {"enforcementLevel": …, KEY: VALUE}}; "all" is every policy. */
export function parsePolicyConfig(text: string, path: string): PolicySettings {
  if (text.trim() === "") return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new EngineError(`flag --policy-pack-config: ${path}: ${(error as Error).message}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new EngineError(`flag --policy-pack-config: ${path}: it must be an object by policies`);
  const out: { [policy: string]: PolicySetting } = {};
  for (const [policy, value] of Object.entries(json as { [key: string]: Json })) {
    if (typeof value === "string") out[policy] = { level: levelOf(policy, value), properties: {} };
    else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const { enforcementLevel, ...properties } = value;
      out[policy] = { level: levelOf(policy, enforcementLevel), properties };
    } else
      throw new EngineError(
        `parsing "${policy}": ${JSON.stringify(value)} is not a valid value; must be a string or object`,
      );
  }
  return out;
}

export interface Reconciled {
  readonly settings: { readonly [policy: string]: Required<PolicySetting> };
  /** Sorted; with any, the settings are not to be used. */
  readonly problems: readonly string[];
}

export function reconcile(
  policies: readonly KnownPolicy[],
  ...layers: readonly PolicySettings[]
): Reconciled {
  const settings: { [policy: string]: Required<PolicySetting> } = {};
  for (const { name, level, properties } of policies)
    settings[name] = { level, properties: defaultsOf(properties) };
  for (const layer of layers) {
    const { all, ...given } = layer;
    if (all?.level)
      for (const name of Object.keys(settings))
        settings[name] = { ...settings[name]!, level: all.level };
    for (const [name, { level, properties }] of Object.entries(given)) {
      const before = Object.hasOwn(settings, name) ? settings[name] : undefined;
      // The CLI too takes settings for policies that the pack does not have.
      if (before)
        settings[name] = {
          level: level ?? before.level,
          properties: { ...before.properties, ...properties },
        };
    }
  }
  const problems = policies.flatMap(({ name, properties, required }) =>
    problemsOf(
      { type: "object", properties: { ...properties }, required: [...required] },
      settings[name]!.properties,
    ).map((problem) => `${name}: ${problem}`),
  );
  return { settings, problems: problems.sort() };
}

function defaultsOf(properties: KnownPolicy["properties"]): { [key: string]: Json } {
  const out: { [key: string]: Json } = {};
  for (const [key, schema] of Object.entries(properties))
    if (schema["default"] !== undefined) out[key] = schema["default"];
  return out;
}
