import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  buildInputs,
  hashInputs,
  imageNames,
  imageTag,
  imagesDirectory,
  recordedPackages,
  stages,
} from "./inputs.ts";

const dockerfile = readFileSync(join(imagesDirectory, "Dockerfile"), "utf8");

describe("the inputs of an image", () => {
  test.each(imageNames)("%s has its stage, its programs and recorded packages", (name) => {
    const inputs = buildInputs(name);
    const programs = inputs.filter((input) => input.path.startsWith(`${name}/bin/`));
    expect(stages(dockerfile, [name])).toContain(`FROM base AS ${name}\n`);
    expect(programs.map((input) => input.path.split("/").pop())).toEqual(
      expect.arrayContaining(["apply", "entry", "healthy", "ready"]),
    );
    expect(programs.every((input) => input.mode === 0o755)).toBe(true);
    expect(recordedPackages[name].length).toBeGreaterThan(0);
  });

  test("are only its own stage and the base", () => {
    const own = buildInputs("etcd")
      .find((input) => input.path === "Dockerfile")!
      .content.toString();
    expect([...own.matchAll(/^FROM .* AS (\S+)/gm)].map((match) => match[1])).toEqual([
      "base",
      "etcd",
    ]);
  });

  test("can be built by the classic builder", () => {
    expect(dockerfile.replace(/^#(?! syntax=).*$/gm, "")).not.toMatch(
      /--mount=|--chmod|<<\w|# syntax=/,
    );
  });
});

describe("the tag", () => {
  test("is name and 12 digits of a hash, the same each time", () => {
    expect(imageTag("postgres")).toMatch(/^synfleet\/postgres:[0-9a-f]{12}$/);
    expect(imageTag("postgres")).toBe(imageTag("postgres"));
  });

  test("follows content, path and mode, and not the order", () => {
    const a = { path: "a", content: Buffer.from("x"), mode: 0o644 };
    const b = { path: "b", content: Buffer.from("y"), mode: 0o644 };
    const tag = hashInputs([a, b]);
    expect(hashInputs([b, a])).toBe(tag);
    for (const other of [
      { ...a, content: Buffer.from("z") },
      { ...a, path: "c" },
      { ...a, mode: 0o755 },
    ]) {
      expect(hashInputs([other, b])).not.toBe(tag);
    }
  });
});
