import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyCrypter } from "../secrets/crypter.ts";
import { applyProject, openConfig } from "./config.ts";
import type { ConfigDeclaration, Project } from "./project.ts";
import { StackFile } from "./stackfile.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "stackfile-"))));
afterAll(() => rmSync(folder, { recursive: true }));

async function edited(text: string, edit: (file: StackFile) => void): Promise<string> {
  const path = join(folder, "Pulumi.dev.yaml");
  writeFileSync(path, text);
  const file = await StackFile.load(path);
  edit(file);
  await file.save();
  return readFileSync(path, "utf8");
}

describe("edits keep comments and order", () => {
  const text = `# our stack
config:
  # how many
  p:members: "3" # odd
  p:zone: b

  p:list:
    - 1
`;
  test("a changed value", async () => {
    expect(await edited(text, (f) => f.set("p:members", "5"))).toBe(text.replace('"3"', '"5"'));
  });
  test("a new value goes to the end", async () => {
    const out = await edited(text, (f) => f.set("p:new", { secure: "v1:a:b" }));
    expect(out).toBe(`${text}  p:new:\n    secure: v1:a:b\n`);
  });
  test("a removed value", async () => {
    expect(await edited(text, (f) => f.delete("p:zone"))).toBe(text.replace("  p:zone: b\n", ""));
  });
  test("a salt comes first", async () => {
    const out = await edited(text, (f) => (f.encryptionSalt = "v1:s"));
    expect(out).toContain("encryptionsalt: v1:s\n");
    expect(out.indexOf("encryptionsalt")).toBeLessThan(out.indexOf("config:"));
  });
  test("nothing", async () => {
    expect(await edited(text, () => {})).toBe(text);
  });
  test("texts that YAML would read otherwise get quotes", async () => {
    const out = await edited("", (f) => {
      f.set("p:a", "true");
      f.set("p:b", "1.10");
      f.set("p:c", "plain");
    });
    expect(out).toBe('config:\n  p:a: "true"\n  p:b: "1.10"\n  p:c: plain\n');
  });
});

test.each(["a: [", "- list", "secretsprovider: awskms://x"])("%j is refused", async (text) => {
  await expect(edited(text, () => {})).rejects.toThrow(/could not parse|not supported/);
});

const KEY_BYTES = 32;
const crypter = keyCrypter(new Uint8Array(KEY_BYTES));
const project = (config: { [key: string]: ConfigDeclaration }): Project => ({
  name: "p",
  description: "",
  plugins: new Map(),
  file: "",
  root: "",
  pwd: "",
  main: ".",
  typescript: false,
  nodeArguments: [],
  config: new Map(Object.entries(config)),
});

test("values keep their spelling; secrets inside objects are opened", async () => {
  const path = join(folder, "values.yaml");
  const sealed = crypter.encrypt("hush");
  writeFileSync(path, `config:\n  p:n: 1.10\n  b: true\n  p:o:\n    k:\n      secure: ${sealed}\n`);
  const config = openConfig("p", (await StackFile.load(path)).entries(), crypter);
  expect(Object.fromEntries(config)).toEqual({
    "p:n": { text: "1.10", secret: false, object: false },
    "p:b": { text: "true", secret: false, object: false },
    "p:o": { text: '{"k":"hush"}', secret: true, object: true },
  });
});

describe("the project's declarations", () => {
  const text = (value: string) => ({ text: value, secret: false, object: false });
  test("defaults are given, wrong and missing values told all at once", () => {
    const declared = project({
      "p:count": { type: "integer", default: 3 },
      "p:needed": { type: "string" },
      "p:on": { type: "boolean" },
      "p:hidden": { type: "string", secret: true },
    });
    const right = new Map([
      ["p:needed", text("x")],
      ["p:on", text("true")],
      ["p:hidden", { text: "y", secret: true, object: false }],
    ]);
    expect(applyProject(declared, "dev", right).get("p:count")!.text).toBe("3");
    const wrong = new Map([
      ["p:count", text("many")],
      ["p:hidden", text("y")],
    ]);
    expect(() => applyProject(declared, "dev", wrong)).toThrow(
      "Stack 'dev' is missing configuration values 'needed' and 'on'\n" +
        "Stack 'dev' with configuration key 'count' must be of type 'integer'\n" +
        "Stack 'dev' with configuration key 'hidden' must be encrypted as it's secret",
    );
  });
});
