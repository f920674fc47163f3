import { compareSync } from "bcryptjs";
import { describe, expect, test } from "vitest";
import { harness } from "../testing/harness.ts";
import { randomText } from "./generate.ts";
import { randomProvider } from "./provider.ts";

const type = (name: string) => `random:index/random${name}:Random${name}`;
const { check, create, diff, read } = harness(randomProvider());

describe("RandomPassword", () => {
  test("has its outputs as the reference writes them", async () => {
    const made = await create(type("Password"), "pw", { length: 20, special: false });
    const { result, bcryptHash, ...rest } = made.outputs;
    expect(result).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(compareSync(String(result), String(bcryptHash))).toBe(true);
    expect(made.inputs).toEqual({ length: 20, special: false });
    expect(rest).toEqual({
      __meta: JSON.stringify({ schema_version: "3" }),
      id: "none",
      length: 20,
      lower: true,
      upper: true,
      number: true,
      numeric: true,
      special: false,
      minLower: 0,
      minUpper: 0,
      minNumeric: 0,
      minSpecial: 0,
    });
  });

  test("longer than bcrypt reads", async () => {
    const made = await create(type("Password"), "pw", { length: 100 });
    expect(String(made.outputs["result"])).toHaveLength(100);
  });

  test("is kept, and replaced only by a change", async () => {
    const inputs = { length: 20, keepers: { a: "1" } };
    const made = await create(type("Password"), "pw", inputs);
    expect((await read(made))!.outputs).toEqual(made.outputs);
    expect(await diff(made, { ...inputs, special: true, number: true })).toEqual({
      changed: [],
      replaced: [],
    });
    expect((await diff(made, { ...inputs, length: 21 })).replaced).toEqual(["length"]);
    expect((await diff(made, { ...inputs, keepers: { a: "2" } })).replaced).toEqual(["keepers.a"]);
    expect((await diff(made, { ...inputs, numeric: false })).replaced).toEqual([
      "number",
      "numeric",
    ]);
  });

  test("contradictions are refused", async () => {
    const { failures } = await check(type("Password"), "pw", {
      length: 3,
      minLower: 2,
      minUpper: 2,
      number: true,
      numeric: false,
    });
    expect(failures.map(({ property }) => property)).toEqual(["number", "length"]);
  });

  test("results are secret", () => {
    expect(randomProvider().secretOutputs(type("Password"))).toEqual(["result", "bcryptHash"]);
  });
});

test.each([
  [{ length: 40, lower: false, upper: false, special: false }, /^[0-9]{40}$/],
  [{ length: 40, upper: false, numeric: false, special: false }, /^[a-z]{40}$/],
  [{ length: 6, minNumeric: 3, minUpper: 3 }, /^(?=(.*\d){3})(?=(.*[A-Z]){3})/],
  [{ length: 40, lower: false, upper: false, numeric: false, overrideSpecial: "-_" }, /^[-_]{40}$/],
])("text of %o", (inputs, pattern) => {
  expect(randomText(inputs)).toMatch(pattern);
});

test("text of nothing is refused", () => {
  const none = { lower: false, upper: false, numeric: false, special: false };
  expect(() => randomText({ length: 4, ...none })).toThrow(/at least one true/);
});

test("RandomString is its own id", async () => {
  const made = await create(type("String"), "s", { length: 8 });
  expect(made.id).toBe(made.outputs["result"]);
});

test("RandomId in all notations, of one number", async () => {
  const { id, outputs } = await create(type("Id"), "i", { byteLength: 4, prefix: "x-" });
  const bytes = Buffer.from(id, "base64url");
  expect(bytes).toHaveLength(4);
  expect(outputs).toEqual({
    id,
    byteLength: 4,
    prefix: "x-",
    b64Url: `x-${id}`,
    b64Std: `x-${bytes.toString("base64")}`,
    hex: `x-${bytes.toString("hex")}`,
    dec: `x-${bytes.readUInt32BE()}`,
  });
});

test("RandomInteger stays within its bounds", async () => {
  const drawn = new Set<unknown>();
  for (let n = 0; n < 100; n++) {
    const { id, outputs } = await create(type("Integer"), "n", { min: -1, max: 1 });
    expect(id).toBe(String(outputs["result"]));
    drawn.add(outputs["result"]);
  }
  expect([...drawn].sort()).toEqual([-1, 0, 1]);
  const { failures } = await check(type("Integer"), "n", { min: 2, max: 1 });
  expect(failures).toMatchObject([{ property: "min" }]);
});

test("RandomUuid", async () => {
  const { id, outputs } = await create(type("Uuid"), "u", {});
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(outputs).toEqual({ id, result: id });
});
