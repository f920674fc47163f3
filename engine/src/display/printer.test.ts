import { expect, test } from "vitest";
import { cutText } from "./printer.ts";

test.each([
  ["short", "short"],
  ["1\n2\n3", "1\n2\n3"],
  ["1\n2\n3\n4", "1\n2\n3\n..."],
  ["x".repeat(151), `${"x".repeat(150)}...`],
  [`${"x".repeat(151)}\n2`, `${"x".repeat(150)}...\n2`],
])("%j is cut to %j", (text, cut) => expect(cutText(text)).toBe(cut));
