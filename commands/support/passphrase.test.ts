import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withPassphrase } from "./passphrase.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfleet-passphrase-"));
  file = join(folder, "synfleet", "passphrase");
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test("is made once, for the user alone, and named by its file", async () => {
  const env = await withPassphrase({ HOME: "/home/ada" }, file);
  expect(env).toEqual({ HOME: "/home/ada", PULUMI_CONFIG_PASSPHRASE_FILE: file });
  const first = await readFile(file, "utf8");
  expect(first).toMatch(/^[\w-]{32}$/);
  expect([await modeOf(file), await modeOf(join(folder, "synfleet"))]).toEqual(["600", "700"]);
  await withPassphrase({}, file);
  expect(await readFile(file, "utf8")).toBe(first);
});

test("of two runs at once is the same", async () => {
  await Promise.all([withPassphrase({}, file), withPassphrase({}, file)]);
  expect(await readFile(file, "utf8")).toMatch(/^[\w-]{32}$/);
});

test.each([
  { PULUMI_CONFIG_PASSPHRASE: "mine" },
  // Empty is a passphrase too.
  { PULUMI_CONFIG_PASSPHRASE: "" },
  { PULUMI_CONFIG_PASSPHRASE_FILE: "/home/ada/passphrase" },
])("of the user's own is left as it is: %j", async (env) => {
  expect(await withPassphrase(env, file)).toBe(env);
  await expect(stat(file)).rejects.toThrow("ENOENT");
});

test("that others can read is closed to them", async () => {
  await withPassphrase({}, file);
  await chmod(file, 0o644);
  await withPassphrase({}, file);
  expect(await modeOf(file)).toBe("600");
});

test("in a file that was emptied is not replaced, since stacks may need the old one", async () => {
  await withPassphrase({}, file);
  await writeFile(file, "\n");
  await expect(withPassphrase({}, file)).rejects.toThrow(/got an empty file; .*Restore it/);
});
