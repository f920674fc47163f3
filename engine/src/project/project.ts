/** Pulumi.yaml: found upwards from the working directory, checked, and reduced to what the engine needs. */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { EXIT, EngineError, unsupported } from "../errors.ts";
import { misfit, type Shape } from "../state/shape.ts";
import { readPlugins, type ProjectPlugin } from "./plugins.ts";

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
  /** By package: what it serves itself. */
  readonly plugins: ReadonlyMap<string, ProjectPlugin>;
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

async function readProjectFile(file: string): Promise<ProjectYaml> {
  let yaml: ProjectYaml;
  try {
    yaml = (parse(await readFile(file, "utf8"), { logLevel: "silent" }) ?? {}) as ProjectYaml;
  } catch (error) {
    throw new EngineError(`could not parse ${file}: ${(error as Error).message}`);
  }
  const wrong =
    misfit(yaml, TOP) ??
    (typeof yaml.runtime === "string"
      ? undefined
      : (misfit(yaml.runtime ?? {}, RUNTIME, "runtime") ??
        misfit(yaml.runtime?.options ?? {}, OPTIONS, "runtime.options"))) ??
    (typeof yaml.config === "string" ? undefined : misfit(yaml.config ?? {}, {}, "config")) ??
    misfit(yaml.backend ?? {}, { url: "text" }, "backend");
  if (wrong !== undefined)
    throw new EngineError(`could not parse ${file}: ${wrong}; correct it, then run again`);
  return yaml;
}

const TOP: Shape = { description: "text", main: "text", stackConfigDir: "text" };
const RUNTIME: Shape = { name: "text", options: "object" };
const OPTIONS: Shape = { nodeargs: "text", typescript: "boolean" };

export async function loadProject(from: string): Promise<Project> {
  const file = findProjectFile(from);
  const yaml = await readProjectFile(file);
  if (typeof yaml.name !== "string" || yaml.name === "")
    throw new EngineError(`${file}: key name: project is missing a 'name' attribute`);
  const runtime = typeof yaml.runtime === "string" ? { name: yaml.runtime } : (yaml.runtime ?? {});
  if (runtime.name !== "nodejs")
    throw unsupported(`${file}: the runtime "${runtime.name ?? ""}" (nodejs is)`);
  const options: { [key: string]: unknown } = runtime.options ?? {};
  const root = dirname(file);
  return {
    name: yaml.name,
    description: yaml.description ?? "",
    file,
    root,
    ...entry(file, yaml.main ?? ""),
    typescript: options["typescript"] !== false,
    nodeArguments: String(options["nodeargs"] ?? "")
      .split(/\s+/)
      .filter(Boolean),
    backendUrl: yaml.backend?.url,
    stackConfigDir:
      yaml.stackConfigDir ?? (typeof yaml.config === "string" ? yaml.config : undefined),
    config: declarations(
      yaml.name,
      typeof yaml.config === "object" ? (yaml.config ?? {}) : {},
      file,
    ),
    plugins: readPlugins(yaml.plugins, file),
  };
}

function entry(file: string, main: string): { pwd: string; main: string } {
  const root = dirname(file);
  if (main === "") return { pwd: root, main: "." };
  const path = resolve(root, main);
  if (!existsSync(path))
    throw new EngineError(`${file}: key main: got "${main}", but ${path} does not exist`);
  return statSync(path).isDirectory()
    ? { pwd: path, main: "." }
    : { pwd: dirname(path), main: basename(path) };
}

export const qualifyKey = (project: string, key: string, file?: string): string => {
  const parts = key.split(":");
  if (parts.length === 3 && parts[1] === "config") return `${parts[0]}:${parts[2]}`;
  if (parts.length > 2 || key === "")
    throw new EngineError(
      `${file === undefined ? "" : `${file}: `}could not parse ${key} as a configuration key (configuration keys should be of the form <namespace>:<name>)`,
      EXIT.configuration,
    );
  return parts.length === 2 ? key : `${project}:${key}`;
};

const DECLARATION: Shape = { type: "text", secret: "boolean", items: "object" };

function declarations(
  project: string,
  yaml: { [key: string]: unknown },
  file: string,
): Map<string, ConfigDeclaration> {
  const out = new Map<string, ConfigDeclaration>();
  for (const [key, declared] of Object.entries(yaml)) {
    const detailed =
      typeof declared === "object" &&
      declared !== null &&
      !Array.isArray(declared) &&
      ["type", "default", "value", "description", "secret"].some((k) => k in declared);
    const wrong = detailed ? misfit(declared, DECLARATION, key) : undefined;
    if (wrong !== undefined)
      throw new EngineError(`${file}: key config: ${wrong}; correct it, then run again`);
    out.set(
      qualifyKey(project, key, file),
      detailed ? (declared as ConfigDeclaration) : { value: declared },
    );
  }
  return out;
}
