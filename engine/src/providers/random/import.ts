/** Random values that somebody drew before, by the ids that the reference takes in an import. */
import type { PropertyMap } from "../../provider.ts";
import type { Made } from "../actions.ts";
import { Diagnosed } from "../import.ts";
import { bcryptOf, idOutputs, settings } from "./generate.ts";

const text = (result: string): PropertyMap => ({ ...settings, length: result.length, result });

async function password(result: string): Promise<Made> {
  return { id: "none", outputs: { ...text(result), bcryptHash: await bcryptOf(result) } };
}

/** "PREFIX,BASE64URL" or without a prefix. */
function id(importId: string): Made {
  const at = importId.lastIndexOf(",");
  const prefix = at < 0 ? undefined : importId.slice(0, at);
  const b64Url = importId.slice(at + 1);
  const bytes = Buffer.from(b64Url, "base64url");
  if (!/^[\w-]+$/.test(b64Url) || bytes.length === 0)
    throw new Diagnosed(
      "Import Random ID Error",
      `got "${importId}"; it is like "QUJD" or "prefix,QUJD"`,
    );
  const inputs = { byteLength: bytes.length, ...(prefix === undefined ? {} : { prefix }) };
  return { id: b64Url, outputs: idOutputs(inputs, bytes) };
}

/** "RESULT,MIN,MAX" or "RESULT,MIN,MAX,SEED". */
function integer(importId: string): Made {
  const [result, min, max, seed, ...rest] = importId.split(",");
  const numbers = [result, min, max].map(Number);
  if (max === undefined || rest.length > 0 || !numbers.every(Number.isInteger))
    throw new Diagnosed(
      "Import Random Integer Error",
      "Invalid import usage: expecting {result},{min},{max} or {result},{min},{max},{seed}",
    );
  const outputs = { result: numbers[0]!, min: numbers[1]!, max: numbers[2]! };
  return { id: result!, outputs: seed === undefined ? outputs : { ...outputs, seed } };
}

function uuid(result: string): Made {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(result))
    throw new Diagnosed(
      "Import Random UUID Error",
      "There was an error during the parsing of the UUID.\n\n" +
        `got "${result}"; it is like "aabbccdd-eeff-0011-2233-445566778899"`,
    );
  return { id: result, outputs: { result } };
}

const later = (make: (importId: string) => Made) => async (importId: string) => make(importId);

export const importers = {
  password,
  string: later((result) => ({ id: result, outputs: text(result) })),
  id: later(id),
  integer: later(integer),
  uuid: later(uuid),
};
