/** Pulumi.STACK.yaml, edited in place: comments and the order of keys stay as the user has them. */
import { dirname, extname, join } from "node:path";
import { Document, YAMLMap, isMap, isNode, isScalar, isSeq, parseDocument, type Node } from "yaml";
import { EngineError } from "../errors.ts";
import { readIfThere, writeAtomically } from "../state/files.ts";
import type { Project } from "./project.ts";

/** A configuration value as the file has it: ciphertexts are not opened. */
export type ConfigNode =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "secure"; readonly ciphertext: string }
  /** Lists and maps; secrets inside are `{secure: …}`. */
  | { readonly kind: "object"; readonly json: unknown };

export function stackFilePath(project: Project, stack: string, override?: string): string {
  if (override !== undefined) return override;
  const name = `Pulumi.${stack.replaceAll("/", "-")}${extname(project.file)}`;
  return join(dirname(project.file), project.stackConfigDir ?? "", name);
}

export class StackFile {
  readonly path: string;
  private readonly document: Document;
  private readonly text: string;

  private constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.document = parseDocument(text);
    const problem = this.document.errors[0];
    if (problem) throw new EngineError(`could not parse ${path}: ${problem.message}`);
    if (this.document.contents !== null && !isMap(this.document.contents))
      throw new EngineError(`could not parse ${path}: it must be a map of settings`);
    for (const key of ["secretsprovider", "encryptedkey", "environment"]) {
      const value = this.document.get(key);
      if (value !== undefined && value !== "passphrase" && value !== "default")
        throw new EngineError(
          `${path}: key ${key} is not supported by the offline engine (secrets are kept by passphrase)`,
        );
    }
  }

  static async load(path: string): Promise<StackFile> {
    return new StackFile(path, (await readIfThere(path)) ?? "");
  }

  get encryptionSalt(): string | undefined {
    const salt = this.document.get("encryptionsalt");
    return typeof salt === "string" ? salt : undefined;
  }

  set encryptionSalt(salt: string) {
    if (this.document.has("encryptionsalt") || this.document.contents === null)
      this.document.set("encryptionsalt", salt);
    else
      (this.document.contents as YAMLMap).items.unshift(
        this.document.createPair("encryptionsalt", salt) as never,
      );
  }

  entries(): Map<string, ConfigNode> {
    const out = new Map<string, ConfigNode>();
    const config = this.document.get("config");
    if (config === undefined || config === null) return out;
    if (!isMap(config))
      throw new EngineError(`${this.path}: key config: it must be a map of keys to values`);
    for (const { key, value } of config.items)
      out.set(String(isScalar(key) ? key.value : key), configNode(value as Node | null));
    return out;
  }

  /** The value of a key as plain JSON; `{secure: …}` where it is encrypted. */
  value(key: string): unknown {
    const node = this.document.getIn(["config", key], true);
    return isNode(node) ? node.toJSON() : undefined;
  }

  set(key: string, value: unknown): void {
    if (!isMap(this.document.get("config")))
      this.document.set("config", this.document.createNode({}));
    const now = this.document.createNode(value) as Node;
    const old = this.document.getIn(["config", key], true);
    if (isNode(old)) Object.assign(now, { comment: old.comment, commentBefore: old.commentBefore });
    this.document.setIn(["config", key], now);
  }

  delete(key: string): boolean {
    const config = this.document.get("config");
    if (!isMap(config) || !config.delete(key)) return false;
    if (config.items.length === 0) this.document.delete("config");
    return true;
  }

  async save(): Promise<void> {
    const empty = isMap(this.document.contents) && this.document.contents.items.length === 0;
    const text = empty && this.text === "" ? "" : this.document.toString({ lineWidth: 0 });
    const PUBLIC_FILE_MODE = 0o644;
    if (text !== this.text) await writeAtomically(this.path, text, { mode: PUBLIC_FILE_MODE });
  }
}

/** A value as history records it: plain text, `{secure}`, or an object or list. */
export function historyNode(value: unknown): ConfigNode {
  if (typeof value !== "object" || value === null)
    return { kind: "plain", text: String((value as string | undefined) ?? "") };
  const { secure } = value as { secure?: unknown };
  return typeof secure === "string" && Object.keys(value).length === 1
    ? { kind: "secure", ciphertext: secure }
    : { kind: "object", json: value };
}

function configNode(node: Node | null): ConfigNode {
  if (isMap(node)) {
    const secure = node.items.length === 1 ? node.get("secure") : undefined;
    return typeof secure === "string"
      ? { kind: "secure", ciphertext: secure }
      : { kind: "object", json: node.toJSON() };
  }
  if (isSeq(node)) return { kind: "object", json: node.toJSON() };
  if (!isScalar(node) || node.value === null) return { kind: "plain", text: "" };
  // A number keeps its spelling (1.10 is not 1.1); true and yes become what Go prints.
  const text =
    typeof node.value === "number" ? (node.source ?? String(node.value)) : String(node.value);
  return { kind: "plain", text };
}
