import { expect, test } from "vitest";
import { table } from "./table.ts";

test("columns are aligned two spaces apart, and no line ends in spaces", () => {
  const text = table([
    ["member", "state", ""],
    ["postgres1", "admitted", "since noon"],
    ["a", "b"],
  ]);
  expect(text.split("\n")).toEqual([
    "member     state",
    "postgres1  admitted  since noon",
    "a          b",
  ]);
});

test("no rows are no text", () => {
  expect(table([])).toBe("");
});
