import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWords } from "./shell.ts";

test("a shell reads the same words", () => {
  const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(
      fc.array(
        word.map((text) => text.toWellFormed()),
        { maxLength: 5 },
      ),
      (words) => {
        const script = `for word in ${shellWords(words)}; do printf '%s\\0' "$word"; done`;
        const said = execFileSync("sh", ["-c", script], { encoding: "utf8" });
        expect(said.split("\0").slice(0, -1)).toEqual(words);
      },
    ),
    { numRuns: 20 },
  );
});
