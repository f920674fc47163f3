/**
 * Property values as the engine holds them: plain JSON, UNKNOWN for what a preview cannot tell, and Secret around what
 * must be encrypted. Resource references and assets stay the plain tagged objects that both the wire and the state use.
 */
import { UNKNOWN, type PropertyMap, type PropertyValue } from "../provider.ts";

export { UNKNOWN };

/** The key that marks an object as something else than a plain object, on the wire and in state. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET_TAG = "1b47061264138c4ac30d75fd1eb44270";
export const OUTPUT_TAG = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const REFERENCE_TAG = "5cf8f73096256a8f31e491e813e4eb8e";
export const ASSET_TAG = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE_TAG = "0def7320c3a5731c473e5ecbe6d01bc7";

export class Secret {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value instanceof Secret ? value.value : value;
  }
}

export type Value =
  null | boolean | number | string | typeof UNKNOWN | Secret | Value[] | { [key: string]: Value };
export type Values = { [key: string]: Value };

export function isObject(value: Value | undefined): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret)
  );
}

/** True when `test` holds for the value or anything inside it. */
export function some(value: Value | undefined, test: (v: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (Array.isArray(value)) return value.some((v) => some(v, test));
  if (isObject(value)) return Object.values(value).some((v) => some(v, test));
  return false;
}

export const hasUnknown = (value: Value | undefined): boolean => some(value, (v) => v === UNKNOWN);
export const hasSecret = (value: Value | undefined): boolean =>
  some(value, (v) => v instanceof Secret);

/** Strips the secret marks, and turns resource references into ids, for a provider's eyes. Assets are refused by name. */
export function plain(value: Value, path = ""): PropertyValue {
  if (value instanceof Secret) return plain(value.value, path);
  if (Array.isArray(value)) return value.map((v, i) => plain(v, `${path}[${i}]`));
  if (!isObject(value)) return value;
  switch (value[SIGNATURE]) {
    case REFERENCE_TAG:
      return plain(value["id"] !== undefined && value["id"] !== "" ? value["id"] : value["urn"]!);
    case ASSET_TAG:
    case ARCHIVE_TAG:
      throw new Error(
        `property ${path}: assets and archives are not supported by the offline engine; use the Pulumi CLI`,
      );
  }
  const out: PropertyMap = {};
  for (const [key, v] of Object.entries(value)) out[key] = plain(v, path ? `${path}.${key}` : key);
  return out;
}

export const plainMap = (values: Values): PropertyMap => plain(values) as PropertyMap;

/**
 * Carries secretness from inputs over to what a provider answered, since a provider sees and returns plain values. An
 * array with a secret anywhere inside becomes secret as a whole, because elements may have moved.
 */
export function annotateSecrets(answer: Values, inputs: Values): Values {
  const out: Values = {};
  for (const [key, value] of Object.entries(answer)) out[key] = annotate(value, inputs[key]);
  return out;
}

function annotate(answer: Value, input: Value | undefined): Value {
  // What says by itself which of its elements are secret needs no more.
  if (input === undefined || (Array.isArray(answer) && hasSecret(answer))) return answer;
  if (input instanceof Secret) return new Secret(answer);
  if (Array.isArray(input)) return hasSecret(input) ? new Secret(answer) : answer;
  if (isObject(input)) {
    if (isObject(answer)) return annotateSecrets(answer, input);
    return hasSecret(input) ? new Secret(answer) : answer;
  }
  return answer;
}

export function markSecret(values: Values, keys: readonly string[]): Values {
  const out = { ...values };
  for (const key of keys) if (out[key] !== undefined) out[key] = new Secret(out[key]);
  return out;
}

/** Deep equality; a secret equals only a secret, and UNKNOWN equals only itself. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (a instanceof Secret || b instanceof Secret)
    return a instanceof Secret && b instanceof Secret && equal(a.value, b.value);
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((v, i) => equal(v, b[i]))
    );
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** The value as a person may see it: secrets masked, unknowns named. */
export function masked(value: Value, showSecrets = false): unknown {
  if (value === UNKNOWN) return "[unknown]";
  if (value instanceof Secret) return showSecrets ? masked(value.value, true) : "[secret]";
  if (Array.isArray(value)) return value.map((v) => masked(v, showSecrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, masked(v, showSecrets)]));
}
