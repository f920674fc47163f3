import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectDirectory } from "./inputs.ts";
import { lockedPackages } from "./locked.ts";

const lock = (versions: Record<string, string>) => {
  const entry = (path: string, dependencies: object = {}) => ({
    version: versions[path] ?? "1.0.0",
    integrity: `sha512-${path}`,
    dependencies,
  });
  return JSON.stringify({
    packages: {
      manager: { dependencies: { hono: "^1" } },
      "manager/node_modules/hono": entry("manager/node_modules/hono", { "@a/b": "*", gone: "*" }),
      "node_modules/hono": entry("node_modules/hono"),
      "node_modules/@a/b": entry("node_modules/@a/b", { hono: "*" }),
      "node_modules/eslint": entry("node_modules/eslint"),
    },
  });
};

test("the packages that a workspace loads, nearest first, and theirs", () => {
  expect(lockedPackages(lock({}), "manager")).toBe(
    [
      "manager/node_modules/hono 1.0.0 sha512-manager/node_modules/hono",
      "node_modules/@a/b 1.0.0 sha512-node_modules/@a/b",
      "node_modules/hono 1.0.0 sha512-node_modules/hono",
      "",
    ].join("\n"),
  );
});

test("follow a package that is loaded, and no other", () => {
  const text = lockedPackages(lock({}), "manager");
  expect(lockedPackages(lock({ "node_modules/eslint": "2.0.0" }), "manager")).toBe(text);
  expect(lockedPackages(lock({ "node_modules/@a/b": "2.0.0" }), "manager")).not.toBe(text);
});

test("are known for this project's programs", () => {
  const own = readFileSync(join(projectDirectory, "package-lock.json"), "utf8");
  expect(lockedPackages(own, "manager")).toMatch(/^node_modules\/hono \d/m);
  expect(lockedPackages(own, "images/app")).toMatch(/^node_modules\/pg-protocol \d/m);
  expect(lockedPackages(own, "images/app")).not.toContain("eslint");
});
