import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { PropertyMap } from "../../provider.ts";
import type { Made } from "../actions.ts";

const alphabets = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};

const minimums = {
  lower: "minLower",
  upper: "minUpper",
  numeric: "minNumeric",
  special: "minSpecial",
} as const;

const BCRYPT_COST = 10;
/** bcrypt reads no further, and its library refuses longer input. */
const BCRYPT_MAX_BYTES = 72;

export const settings = {
  lower: true,
  upper: true,
  special: true,
  number: true,
  numeric: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

const pick = (alphabet: string) => alphabet[randomInt(alphabet.length)]!;

/** Draws what each class must have, fills up from all allowed classes, then shuffles. */
export function randomText(inputs: PropertyMap): string {
  const drawn: string[] = [];
  let allowed = "";
  for (const name of Object.keys(alphabets) as (keyof typeof alphabets)[]) {
    const override = name === "special" ? inputs["overrideSpecial"] : undefined;
    const alphabet = typeof override === "string" ? override : alphabets[name];
    if (inputs[name] !== false) allowed += alphabet;
    const least = Number(inputs[minimums[name]] ?? 0);
    for (let n = 0; n < least; n++) drawn.push(pick(alphabet));
  }
  const length = Number(inputs["length"]);
  if (allowed === "" && drawn.length < length)
    throw new Error(
      "lower, upper, numeric and special are all false; allowed: at least one true; turn one on",
    );
  while (drawn.length < length) drawn.push(pick(allowed));
  for (let last = drawn.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [drawn[last], drawn[other]] = [drawn[other]!, drawn[last]!];
  }
  return drawn.join("");
}

export async function bcryptOf(result: string): Promise<string> {
  const { hash } = await import("bcryptjs");
  return hash(Buffer.from(result).subarray(0, BCRYPT_MAX_BYTES).toString(), BCRYPT_COST);
}

async function password(inputs: PropertyMap): Promise<Made> {
  const result = randomText(inputs);
  const bcryptHash = await bcryptOf(result);
  return { id: "none", outputs: { ...settings, ...inputs, result, bcryptHash } };
}

function string(inputs: PropertyMap): Made {
  const result = randomText(inputs);
  return { id: result, outputs: { ...settings, ...inputs, result } };
}

export function idOutputs(inputs: PropertyMap, bytes: Buffer): PropertyMap {
  const prefix = typeof inputs["prefix"] === "string" ? inputs["prefix"] : "";
  const hex = bytes.toString("hex");
  return {
    ...inputs,
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x${hex}`).toString(),
    hex: prefix + hex,
  };
}

function id(inputs: PropertyMap): Made {
  const bytes = randomBytes(Number(inputs["byteLength"]));
  return { id: bytes.toString("base64url"), outputs: idOutputs(inputs, bytes) };
}

function integer(inputs: PropertyMap): Made {
  const min = Number(inputs["min"]);
  const result = min + randomInt(Number(inputs["max"]) - min + 1);
  return { id: String(result), outputs: { ...inputs, result } };
}

function uuid(inputs: PropertyMap): Made {
  const result = randomUUID();
  return { id: result, outputs: { ...inputs, result } };
}

export const generators = { password, string, id, integer, uuid };
