import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { projectDirectory } from "../../commands/support/paths.ts";

const documents: { name: string; text: string }[] = [];
beforeAll(async () => {
  const patterns = ["*.md", "docs/**/*.md", "{engine,manager,policy,images}/*.md"];
  for await (const name of glob(patterns, { cwd: projectDirectory })) {
    documents.push({ name, text: await readFile(join(projectDirectory, name), "utf8") });
  }
});

describe("the documents", () => {
  test("are found", () => {
    expect(documents.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["README.md", "docs/settings.md", "engine/README.md"]),
    );
  });

  test("name commands that package.json has", async () => {
    const { scripts } = JSON.parse(
      await readFile(join(projectDirectory, "package.json"), "utf8"),
    ) as { scripts: Record<string, string> };
    const unknown = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/npm run (?:--\S+ )*([a-z][\w:]*)/g)]
        .map(([, script]) => script!)
        .filter((script) => !(script in scripts))
        .map((script) => `${name}: ${script}`),
    );
    expect(unknown).toEqual([]);
  });

  test("link to files and headings that are there", () => {
    const headings = (text: string) =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchorOf(title!));
    const broken = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
        .map(([, target]) => target!)
        .filter((target) => {
          const [path = "", anchor] = target.split("#");
          const file = path === "" ? name : join(dirname(name), path);
          if (!existsSync(join(projectDirectory, file))) return true;
          const linked = documents.find((document) => document.name === file);
          return anchor !== undefined && !headings(linked?.text ?? "").includes(anchor);
        })
        .map((target) => `${name}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

/** A heading's anchor, as the usual renderers of Markdown make it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
