/** Ways in which a file goes wrong, for fast-check: cut, scribbled over, or well-formed with something else inside. */
import fc from "fast-check";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The text with one place of it changed. */
export function corrupted(text: string): fc.Arbitrary<string> {
  const at = fc.integer({ min: 0, max: text.length });
  return fc.oneof(
    at.map((length) => text.slice(0, length)),
    fc
      .tuple(at, fc.string({ unit: "binary", maxLength: 5 }), fc.nat(5))
      .map(([start, other, gone]) => text.slice(0, start) + other + text.slice(start + gone)),
    fc.string(),
    fc.json(),
  );
}

/** The document with one value in it replaced by any other, or taken out. */
export function misshapen(document: Json): fc.Arbitrary<Json> {
  const paths = pathsOf(document);
  const other = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<Json>,
    fc.constantFrom<Json>(null, "", 0, -1, true, [], {}, [null], { "": null }, [[]], "x:y::z"),
  );
  return fc
    .tuple(fc.constantFrom(...paths), fc.option(other, { nil: undefined }))
    .map(([path, value]) => replaced(document, path, value) ?? null);
}

function pathsOf(json: Json, prefix: string[] = []): string[][] {
  if (typeof json !== "object" || json === null) return [prefix];
  const inner = Object.entries(json).flatMap(([key, value]) => pathsOf(value, [...prefix, key]));
  return [prefix, ...inner];
}

function replaced(json: Json, [key, ...rest]: string[], value: Json | undefined): Json | undefined {
  if (key === undefined) return value;
  if (Array.isArray(json))
    return json
      .map((item, i) => (String(i) === key ? replaced(item, rest, value) : item))
      .filter((item) => item !== undefined);
  const entries = Object.entries(json as { [key: string]: Json }).map(
    ([name, now]) => [name, name === key ? replaced(now, rest, value) : now] as const,
  );
  return Object.fromEntries(entries.filter((entry) => entry[1] !== undefined)) as Json;
}
