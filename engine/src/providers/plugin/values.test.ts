import { expect, test } from "vitest";
import {
  ASSET_TAG,
  REFERENCE_TAG,
  SECRET_TAG,
  SIGNATURE,
  Secret,
  UNKNOWN,
  type Values,
} from "../../values/property.ts";
import { UNKNOWN_WIRE } from "../../values/wire.ts";
import { fromPlugin, toPlugin } from "./values.ts";

const ALL = { secrets: true, resources: true };
const NONE = { secrets: false, resources: false };
const reference = (id: string) => ({ [SIGNATURE]: REFERENCE_TAG, urn: "urn:a", id });

test("secrets and references are sent as such only to a plugin that takes them", () => {
  const values = { open: 1, hidden: [new Secret({ deep: "x" })], other: reference("i") };
  expect(toPlugin(values, ALL, false)).toEqual({
    open: 1,
    hidden: [{ [SIGNATURE]: SECRET_TAG, value: { deep: "x" } }],
    other: reference("i"),
  });
  expect(toPlugin(values, NONE, false)).toEqual({ open: 1, hidden: [{ deep: "x" }], other: "i" });
  expect(toPlugin({ other: reference("") }, NONE, false)).toEqual({ other: "urn:a" });
});

test("what is not known is sent where it may be, and left out elsewhere", () => {
  const values: Values = { a: UNKNOWN, b: ["x", UNKNOWN], c: { d: new Secret(UNKNOWN) } };
  expect(toPlugin(values, NONE, true)).toEqual({
    a: UNKNOWN_WIRE,
    b: ["x", UNKNOWN_WIRE],
    c: { d: UNKNOWN_WIRE },
  });
  expect(toPlugin(values, ALL, false)).toEqual({ b: ["x"], c: {} });
});

test("an asset is refused with its path", () => {
  const asset = { [SIGNATURE]: ASSET_TAG };
  expect(() => toPlugin({ a: { b: [asset] } }, ALL, true)).toThrow("property a.b[0]: assets");
});

test("the answer of a plugin that knows no secrets has those of what it was given", () => {
  const given = { hidden: new Secret("x"), open: "y" };
  const answer = { hidden: "x", open: "y", more: "z" };
  expect(fromPlugin(answer, NONE, given, false)).toEqual({ ...answer, hidden: new Secret("x") });
  expect(fromPlugin(answer, ALL, given, false)).toEqual(answer);
});

test("an answer that is not known has no place outside of previews", () => {
  expect(fromPlugin({ a: UNKNOWN_WIRE }, ALL, {}, true)).toEqual({ a: UNKNOWN });
  expect(() => fromPlugin({ a: [UNKNOWN_WIRE] }, ALL, {}, false)).toThrow('value for "a"');
});
