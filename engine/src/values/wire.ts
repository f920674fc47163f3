/** Property values on the gRPC wire: JSON in a protobuf Struct with tagged objects for secrets, outputs and references. */
import {
  OUTPUT_TAG,
  SECRET_TAG,
  SIGNATURE,
  Secret,
  UNKNOWN,
  isObject,
  type Value,
  type Values,
} from "./property.ts";

/** What the SDKs send in place of a value that is not known yet. */
export const UNKNOWN_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Decodes a value; urns that output values name as their dependencies are added to `dependencies`. */
export function fromWire(json: Json, dependencies?: Set<string>): Value {
  if (json === UNKNOWN_WIRE) return UNKNOWN;
  if (Array.isArray(json)) return json.map((v) => fromWire(v, dependencies));
  if (typeof json !== "object" || json === null) return json;
  switch (json[SIGNATURE]) {
    case SECRET_TAG:
      return new Secret(fromWire(json["value"] ?? null, dependencies));
    case OUTPUT_TAG: {
      for (const urn of (json["dependencies"] as string[] | undefined) ?? [])
        dependencies?.add(urn);
      const value = json["value"] === undefined ? UNKNOWN : fromWire(json["value"], dependencies);
      return json["secret"] === true ? new Secret(value) : value;
    }
  }
  return fromWireMap(json, dependencies);
}

export function fromWireMap(json: { [key: string]: Json }, dependencies?: Set<string>): Values {
  const out: Values = {};
  for (const [key, v] of Object.entries(json)) out[key] = fromWire(v, dependencies);
  return out;
}

export function toWire(value: Value, keepSecrets = true): Json {
  if (value === UNKNOWN) return UNKNOWN_WIRE;
  if (value instanceof Secret) {
    const inner = toWire(value.value, keepSecrets);
    return keepSecrets ? { [SIGNATURE]: SECRET_TAG, value: inner } : inner;
  }
  if (Array.isArray(value)) return value.map((v) => toWire(v, keepSecrets));
  if (!isObject(value)) return value;
  return toWireMap(value, keepSecrets);
}

export function toWireMap(values: Values, keepSecrets = true): { [key: string]: Json } {
  const out: { [key: string]: Json } = {};
  for (const [key, v] of Object.entries(values)) out[key] = toWire(v, keepSecrets);
  return out;
}
