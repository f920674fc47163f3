/** `plugins` of Pulumi.yaml: the project's own resource plugins, each a folder with an executable. */
import { resolve } from "node:path";
import { EngineError, unsupported } from "../errors.ts";

export interface ProjectPlugin {
  /** The package that it serves. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** Resources that ask for another version are not its affair. */
  readonly version?: string;
}

/** The CLI's own rules. */
const NAME = /^[A-Za-z0-9-](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const FIELDS = new Set(["name", "path", "version"]);

export function readPlugins(yaml: unknown, file: string): ReadonlyMap<string, ProjectPlugin> {
  const out = new Map<string, ProjectPlugin>();
  if (yaml === undefined || yaml === null) return out;
  const refuse = (key: string, value: unknown, allowed: string): EngineError => {
    const got = value === undefined ? "nothing" : JSON.stringify(value);
    return new EngineError(
      `${file}: key plugins${key}: got ${got}, allowed is ${allowed}; correct it, then run again`,
    );
  };
  if (!isObject(yaml)) throw refuse("", yaml, "an object with the key providers");
  for (const kind of ["languages", "analyzers"])
    if (!isEmpty(yaml[kind]))
      throw unsupported(`${file}: key plugins.${kind}`, "of plugins it has: providers");
  const providers = yaml["providers"] ?? [];
  if (!Array.isArray(providers))
    throw refuse(".providers", providers, "a list of objects with name, path and version");
  for (const [index, entry] of (providers as unknown[]).entries()) {
    const key = `.providers[${index}]`;
    if (!isObject(entry)) throw refuse(key, entry, "an object with name, path and version");
    const { name, path, version } = entry;
    const other = Object.keys(entry).find((field) => !FIELDS.has(field));
    if (other !== undefined) throw refuse(`${key}.${other}`, entry[other], [...FIELDS].join(", "));
    if (typeof name !== "string" || !NAME.test(name))
      throw refuse(`${key}.name`, name, "the name of a package: letters, digits, - _ and .");
    if (typeof path !== "string" || path === "")
      throw refuse(`${key}.path`, path, "a folder, as seen from Pulumi.yaml");
    if (version !== undefined && (typeof version !== "string" || !VERSION.test(version)))
      throw refuse(`${key}.version`, version, "a version in quotes, such as '1.2.3'");
    if (out.has(name)) throw refuse(`${key}.name`, name, "a name that no other plugin has");
    const folder = resolve(file, "..", path);
    out.set(name, { name, folder, ...(version === undefined ? {} : { version }) });
  }
  return out;
}

const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);
