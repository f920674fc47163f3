import { expect, test } from "vitest";
import { durationPattern, fromNanoseconds, sameDuration, toNanoseconds } from "./duration.ts";

test.each([
  ["0s", 0],
  ["500ms", 5e8],
  ["10s", 1e10],
  ["1.5s", 1.5e9],
  ["1m0s", 6e10],
  ["1m30s", 9e10],
  ["1h0m0s", 3.6e12],
  ["250µs", 2.5e5],
  ["7ns", 7],
])("%s is what Go prints for %d ns", (text, nanoseconds) => {
  expect(toNanoseconds(text)).toBe(nanoseconds);
  expect(fromNanoseconds(nanoseconds)).toBe(text);
});

test("other spellings mean the same", () => {
  expect(sameDuration("60s", "1m0s")).toBe(true);
  expect(sameDuration("60s", "61s")).toBe(false);
});

test.each(["", "5", "s", "1 s", "-1s"])("%o is no duration", (text) => {
  expect(durationPattern.test(text)).toBe(false);
});
