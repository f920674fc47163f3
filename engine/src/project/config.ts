/** The configuration a program sees: the stack's values, then the project's, checked against the project's declarations. */
import { EngineError } from "../errors.ts";
import { sortedKeys } from "../values/json.ts";
import type { Crypter } from "../secrets/crypter.ts";
import { qualifyKey, type ConfigDeclaration, type Project } from "./project.ts";
import type { ConfigNode } from "./stackfile.ts";

export interface ConfigValue {
  /** Objects as JSON text with sorted keys, as programs get them. */
  readonly text: string;
  readonly secret: boolean;
  readonly object: boolean;
}
export type Config = ReadonlyMap<string, ConfigValue>;

export const hasSecrets = (nodes: Iterable<ConfigNode>): boolean =>
  [...nodes].some((n) => n.kind === "secure" || (n.kind === "object" && containsSecure(n.json)));

function isSecure(json: unknown): json is { secure: string } {
  return (
    typeof json === "object" &&
    json !== null &&
    Object.keys(json).length === 1 &&
    typeof (json as { secure?: unknown }).secure === "string"
  );
}

function containsSecure(json: unknown): boolean {
  if (isSecure(json)) return true;
  return typeof json === "object" && json !== null && Object.values(json).some(containsSecure);
}

function eachSecure(json: unknown, change: (ciphertext: string) => unknown): unknown {
  if (isSecure(json)) return change(json.secure);
  if (Array.isArray(json)) return json.map((v) => eachSecure(v, change));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([k, v]) => [k, eachSecure(v, change)]));
}
const openSecure = (json: unknown, open: (ciphertext: string) => string): unknown =>
  eachSecure(json, open);

/** Every ciphertext in a value put under another key. */
export const mapSecrets = (json: unknown, change: (ciphertext: string) => string): unknown =>
  eachSecure(json, (ciphertext) => ({ secure: change(ciphertext) }));

/** `crypter` may be absent when nobody will see the secret values: they read "[secret]" then. */
export function openConfig(
  project: string,
  nodes: ReadonlyMap<string, ConfigNode>,
  crypter: Crypter | undefined,
  /** The file they are from, for errors. */
  path?: string,
): Map<string, ConfigValue> {
  const out = new Map<string, ConfigValue>();
  for (const [key, node] of nodes) {
    const qualified = qualifyKey(project, key, path);
    try {
      out.set(qualified, openConfigNode(node, crypter));
    } catch (error) {
      const place = path === undefined ? "" : `${path}: `;
      throw new EngineError(`${place}key ${qualified}: ${(error as Error).message}`);
    }
  }
  return out;
}

export function openConfigNode(node: ConfigNode, crypter: Crypter | undefined): ConfigValue {
  const open = (ciphertext: string): string => (crypter ? crypter.decrypt(ciphertext) : "[secret]");
  return openNode(node, open);
}

function openNode(node: ConfigNode, open: (ciphertext: string) => string): ConfigValue {
  switch (node.kind) {
    case "plain":
      return { text: node.text, secret: false, object: false };
    case "secure":
      return { text: open(node.ciphertext), secret: true, object: false };
    case "object":
      return {
        text: JSON.stringify(sortedKeys(openSecure(node.json, open))),
        secret: containsSecure(node.json),
        object: true,
      };
  }
}

/** Adds the project's values and defaults, then checks presence and types as the CLI does, all errors at once. */
export function applyProject(
  project: Project,
  stack: string,
  config: Map<string, ConfigValue>,
): Config {
  const out = new Map(config);
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const [key, declared] of [...project.config].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = key.startsWith(`${project.name}:`) ? key.slice(project.name.length + 1) : key;
    const value = out.get(key);
    if (value === undefined) {
      const given = declared.default ?? declared.value;
      if (given !== undefined && given !== null)
        out.set(key, {
          text: typeof given === "object" ? JSON.stringify(given) : String(given as string),
          secret: false,
          object: typeof given === "object",
        });
      else if (key.startsWith(`${project.name}:`)) missing.push(shown);
      continue;
    }
    if (declared.type === undefined) continue;
    if (declared.secret && !value.secret)
      wrong.push(
        `Stack '${stack}' with configuration key '${shown}' must be encrypted as it's secret`,
      );
    else if (!matches(declared, value))
      wrong.push(
        `Stack '${stack}' with configuration key '${shown}' must be of type '${typeName(declared)}'`,
      );
  }
  if (missing.length > 0)
    wrong.unshift(
      `Stack '${stack}' is missing configuration value${missing.length > 1 ? "s" : ""} ${list(missing)}`,
    );
  if (wrong.length > 0) throw new EngineError(wrong.join("\n"));
  return out;
}

const list = (keys: readonly string[]): string => {
  const quoted = keys.map((key) => `'${key}'`);
  const last = quoted.pop()!;
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
};

const typeName = (d: ConfigDeclaration): string =>
  d.type === "array" ? `array<${d.items?.type ?? "any"}>` : String(d.type);

function matches(declared: ConfigDeclaration, value: ConfigValue): boolean {
  const content: unknown = value.object ? JSON.parse(value.text) : value.text;
  return hasType(String(declared.type), declared.items?.type, content);
}

function hasType(type: string, items: string | undefined, content: unknown): boolean {
  switch (type) {
    case "string":
      return typeof content === "string";
    case "integer":
      return typeof content === "number"
        ? Number.isInteger(content)
        : typeof content === "string" && /^[+-]?\d+$/.test(content);
    case "boolean":
      return content === true || content === false || content === "true" || content === "false";
    case "array":
      return (
        Array.isArray(content) &&
        content.every((v) => items === undefined || hasType(items, undefined, v))
      );
    case "object":
      return typeof content === "object" && content !== null && !Array.isArray(content);
    default:
      return true;
  }
}

/** The configuration of a package, such as docker's `docker:host`, for its default provider. */
export function packageConfig(config: Config, pkg: string): Map<string, ConfigValue> {
  const out = new Map<string, ConfigValue>();
  for (const [key, value] of config)
    if (key.startsWith(`${pkg}:`)) out.set(key.slice(pkg.length + 1), value);
  return out;
}
