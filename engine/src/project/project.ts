/** Pulumi.yaml: found upwards from the working directory, checked, and reduced to what the engine needs. */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { EXIT, EngineError, unsupported } from "../errors.ts";

export interface ConfigDeclaration {
  readonly type?: string;
  readonly items?: { readonly type?: string };
  readonly default?: unknown;
  readonly value?: unknown;
  readonly secret?: boolean;
}

export interface Project {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly root: string;
  /** Where the program runs, and what is run there ("." or a file). */
  readonly pwd: string;
  readonly main: string;
  readonly typescript: boolean;
  readonly nodeArguments: string[];
  readonly backendUrl?: string;
  readonly stackConfigDir?: string;
  /** Keys with their namespace. */
  readonly config: ReadonlyMap<string, ConfigDeclaration>;
}

export function findProjectFile(from: string): string {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
      const path = join(directory, name);
      if (existsSync(path)) return path;
    }
    if (directory === dirname(directory))
      throw new EngineError(
        `no Pulumi.yaml project file found (searching upwards from ${resolve(from)}). ` +
          "Go to the project's folder, or name it with --cwd.",
        EXIT.error,
      );
  }
}

interface ProjectYaml {
  name?: unknown;
  description?: string;
  runtime?: string | { name?: string; options?: { [key: string]: unknown } };
  main?: string;
  backend?: { url?: string };
  stackConfigDir?: string;
  config?: { [key: string]: unknown } | string;
  plugins?: unknown;
}

export async function loadProject(from: string): Promise<Project> {
  const file = findProjectFile(from);
  let yaml: ProjectYaml;
  try {
    yaml = (parse(await readFile(file, "utf8")) ?? {}) as ProjectYaml;
  } catch (error) {
    throw new EngineError(`could not parse ${file}: ${(error as Error).message}`);
  }
  if (typeof yaml.name !== "string" || yaml.name === "")
    throw new EngineError(`${file}: key name: project is missing a 'name' attribute`);
  const runtime = typeof yaml.runtime === "string" ? { name: yaml.runtime } : (yaml.runtime ?? {});
  if (runtime.name !== "nodejs")
    throw unsupported(`${file}: the runtime "${runtime.name ?? ""}" (nodejs is)`);
  if (yaml.plugins !== undefined) throw unsupported(`${file}: key plugins`);
  const options: { [key: string]: unknown } = runtime.options ?? {};
  const root = dirname(file);
  return {
    name: yaml.name,
    description: yaml.description ?? "",
    file,
    root,
    ...entry(root, yaml.main ?? ""),
    typescript: options["typescript"] !== false,
    nodeArguments: String(options["nodeargs"] ?? "")
      .split(/\s+/)
      .filter(Boolean),
    backendUrl: yaml.backend?.url,
    stackConfigDir:
      yaml.stackConfigDir ?? (typeof yaml.config === "string" ? yaml.config : undefined),
    config: declarations(yaml.name, typeof yaml.config === "object" ? yaml.config : {}),
  };
}

function entry(root: string, main: string): { pwd: string; main: string } {
  if (main === "") return { pwd: root, main: "." };
  const path = resolve(root, main);
  if (!existsSync(path))
    throw new EngineError(`Pulumi.yaml: key main: got "${main}", but ${path} does not exist`);
  return statSync(path).isDirectory()
    ? { pwd: path, main: "." }
    : { pwd: dirname(path), main: basename(path) };
}

export const qualifyKey = (project: string, key: string): string => {
  const parts = key.split(":");
  if (parts.length === 3 && parts[1] === "config") return `${parts[0]}:${parts[2]}`;
  if (parts.length > 2 || key === "")
    throw new EngineError(
      `could not parse ${key} as a configuration key (configuration keys should be of the form <namespace>:<name>)`,
      EXIT.configuration,
    );
  return parts.length === 2 ? key : `${project}:${key}`;
};

function declarations(
  project: string,
  yaml: { [key: string]: unknown },
): Map<string, ConfigDeclaration> {
  const out = new Map<string, ConfigDeclaration>();
  for (const [key, declared] of Object.entries(yaml)) {
    const detailed =
      typeof declared === "object" &&
      declared !== null &&
      !Array.isArray(declared) &&
      ["type", "default", "value", "description", "secret"].some((k) => k in declared);
    out.set(
      qualifyKey(project, key),
      detailed ? (declared as ConfigDeclaration) : { value: declared },
    );
  }
  return out;
}
