import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changedConfig, configValue } from "./stack-config.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfleet-stack-"));
  await writeFile(join(folder, "Pulumi.dev.yaml"), "config:\n  synfleet:grafana: false\n");
  await writeFile(join(folder, "Pulumi.empty.yaml"), "");
  await writeFile(join(folder, "Pulumi.salt.yaml"), "encryptionsalt: v1:x\n");
});
afterAll(() => rm(folder, { recursive: true }));

test("a value that the file sets, also when it is false", async () => {
  expect(await configValue("dev", "grafana", folder)).toBe(false);
});

test.each(["dev", "empty", "salt", "missing"])("nothing when %s does not set it", async (stack) => {
  expect(await configValue(stack, "name", folder)).toBeUndefined();
});

test("a change keeps comments, order and what it is not about", () => {
  const text =
    "# ours\nconfig:\n  synfleet:name: a # short\n  synfleet:master: synap1\n  other:key:\n    secure: v1:x\n";
  const changed = changedConfig(text, {
    master: "synap2",
    members: [{ name: "synap1" }, { name: "synap2" }],
  });
  expect(changed).toBe(
    text.replace("synap1", "synap2") +
      "  synfleet:members:\n    - name: synap1\n    - name: synap2\n",
  );
  expect(changedConfig(changed, { members: undefined })).toBe(text.replace("synap1", "synap2"));
});

test("a change of a file without any configuration", () => {
  expect(changedConfig("encryptionsalt: v1:x\n", { name: "a" })).toBe(
    "encryptionsalt: v1:x\nconfig:\n  synfleet:name: a\n",
  );
});

test("a change within a setting leaves the rest of it", () => {
  const text = "config:\n  synfleet:postgres:\n    cpus: 2\n";
  expect(changedConfig(text, { "postgres.candidates": ["main"] })).toBe(
    `${text}    candidates:\n      - main\n`,
  );
});
