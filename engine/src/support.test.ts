/** The README's table is what the code supports, and every refusal of the code is in it. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { format } from "prettier";
import { COMMANDS } from "./cli/commands.ts";
import { RUNS } from "./cli/main.ts";
import { support, table } from "./support.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

test("the table of the README is the one that the code gives", async () => {
  const readme = readFileSync(join(FOLDER, "..", "README.md"), "utf8");
  const written = await format(table(await support()), { parser: "markdown", printWidth: 100 });
  const start = readme.indexOf("## What is supported");
  const found = /^\|[^]*?(?=\n\n)/m.exec(readme.slice(start))?.[0];
  // When this fails: `node engine/src/support.ts` prints the table to put there.
  expect(found).toBe(written.trimEnd());
});

test("every refusal in the code is in the table, and the other way round", async () => {
  const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.test)\.ts$/.test(name) && !/errors\.ts$|support\.ts$/.test(name))
    .map((name) => readFileSync(join(FOLDER, name), "utf8"));
  const refusals = sources.flatMap((text) => [
    ...text.matchAll(/\bunsupported\(\s*[`"]((?:[^`"\\]|\\.)*)/g),
  ]);
  const messages = refusals.map(([, message]) => message!.replaceAll("\\", ""));
  const listed = (await support()).flatMap(({ refused }) =>
    refused.flatMap((r) => (typeof r === "string" ? [] : [r[1]])),
  );
  const own = ["the command `", "the flag "];
  expect(messages.length).toBeGreaterThan(5);
  for (const message of messages)
    expect(
      [...listed, ...own].filter(
        (part) => message.includes(part.replaceAll("`", "")) || message.includes(part),
      ),
      message,
    ).not.toEqual([]);
  for (const part of listed)
    expect(
      sources.some((text) => text.includes(part) || text.includes(part.replaceAll("`", "\\`"))),
      part,
    ).toBe(true);
});

test("every command of the table has its code", () => {
  const answered = Object.keys(COMMANDS).filter((name) => name !== "version");
  expect(Object.keys(RUNS).sort()).toEqual(answered.sort());
});
