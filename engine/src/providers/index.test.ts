import { expect, test } from "vitest";
import { loadProvider, packages, type PackageName } from "./index.ts";

test.each(packages)("the provider of %s serves types of its own package", async (name) => {
  const provider = await loadProvider(name);
  expect(provider.name).toBe(name);
  expect(provider.types.length).toBeGreaterThan(0);
  for (const type of provider.types) expect(type.startsWith(`${name}:`)).toBe(true);
});

test("a package without one is refused by name", async () => {
  await expect(loadProvider("aws" as PackageName)).rejects.toThrow(/package aws is not supported/);
});
