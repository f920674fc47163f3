import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configValue } from "./stack-config.ts";

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
