/** Property values for a plugin, which says itself whether it takes secrets and references to resources. */
import {
  ARCHIVE_TAG,
  ASSET_TAG,
  REFERENCE_TAG,
  SECRET_TAG,
  SIGNATURE,
  Secret,
  UNKNOWN,
  annotateSecrets,
  hasUnknown,
  isObject,
  type Value,
  type Values,
} from "../../values/property.ts";
import { UNKNOWN_WIRE, fromWireMap, type Json } from "../../values/wire.ts";

export interface Accepts {
  readonly secrets: boolean;
  readonly resources: boolean;
}

/** What is not known is left out where `unknowns` is false. */
export function toPlugin(
  values: Values,
  accepts: Accepts,
  unknowns: boolean,
): { [key: string]: Json } {
  const encode = (value: Value, path: string): Json | undefined => {
    if (value === UNKNOWN) return unknowns ? UNKNOWN_WIRE : undefined;
    if (value instanceof Secret) {
      const inner = encode(value.value, path);
      if (inner === undefined || !accepts.secrets) return inner;
      return { [SIGNATURE]: SECRET_TAG, value: inner };
    }
    if (Array.isArray(value))
      return value.map((v, i) => encode(v, `${path}[${i}]`)).filter((v) => v !== undefined);
    if (!isObject(value)) return value;
    switch (value[SIGNATURE]) {
      case REFERENCE_TAG:
        if (accepts.resources) break;
        return encode(hasId(value) ? value["id"]! : value["urn"]!, path);
      case ASSET_TAG:
      case ARCHIVE_TAG:
        throw new Error(
          `property ${path}: assets and archives are not supported by the offline engine; use the Pulumi CLI`,
        );
    }
    return all(value, path);
  };
  const all = (object: Values, path: string): { [key: string]: Json } => {
    const out: { [key: string]: Json } = {};
    for (const [key, value] of Object.entries(object)) {
      const encoded = encode(value, path === "" ? key : `${path}.${key}`);
      if (encoded !== undefined) out[key] = encoded;
    }
    return out;
  };
  return all(values, "");
}

const hasId = ({ id }: Values): boolean => id !== undefined && id !== null && id !== "";

/** An answer. One that cannot say what is secret has as secret what was so among what it was given. */
export function fromPlugin(
  json: { [key: string]: Json },
  accepts: Accepts,
  given: Values,
  unknowns: boolean,
): Values {
  const answer = fromWireMap(json);
  if (!unknowns)
    for (const [key, value] of Object.entries(answer))
      if (hasUnknown(value)) throw new Error(`unexpected unknown property value for "${key}"`);
  return accepts.secrets ? answer : annotateSecrets(answer, given);
}
