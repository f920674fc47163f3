/** How a plugin is started: its own executable, or the SDK's runner where it is a Node.js project. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parse } from "yaml";
import { EngineError, unsupported } from "../../errors.ts";
import type { ProjectPlugin } from "../../project/plugins.ts";

export interface PluginCommand {
  readonly name: string;
  /** What people look for when it fails. */
  readonly path: string;
  readonly command: string;
  /** The engine's address comes after them. */
  readonly arguments: readonly string[];
  readonly env: { readonly [name: string]: string };
}

export function pluginCommand({ name, folder }: ProjectPlugin): PluginCommand {
  const where = `Pulumi.yaml: key plugins.providers: the plugin ${name}`;
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new EngineError(
      `${where}: got the path ${folder}, which is no folder; correct it, or build the plugin`,
    );
  const executable = join(folder, `pulumi-resource-${name}`);
  if (existsSync(executable) && !statSync(executable).isDirectory())
    return { name, path: executable, command: executable, arguments: [], env: {} };
  const file = join(folder, "PulumiPlugin.yaml");
  if (!existsSync(file))
    throw new EngineError(
      `${where}: ${folder} has neither the executable pulumi-resource-${name} nor a PulumiPlugin.yaml; add one of them`,
    );
  return nodeCommand(name, folder, file);
}

interface Runtime {
  readonly name?: string;
  readonly options?: { readonly [key: string]: unknown } | undefined;
}

function nodeCommand(name: string, folder: string, file: string): PluginCommand {
  const runtime = readRuntime(file);
  if (runtime.name !== "nodejs")
    throw unsupported(`${file}: the runtime "${runtime.name ?? ""}" (nodejs is)`);
  let runner: string;
  try {
    runner = createRequire(join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run-plugin");
  } catch {
    throw new EngineError(
      `it looks like the Pulumi SDK has not been installed in ${folder}: run \`npm install\` there`,
    );
  }
  const options = runtime.options ?? {};
  const nodeArguments = String(options["nodeargs"] ?? "")
    .split(/\s+/)
    .filter(Boolean);
  return {
    name,
    path: folder,
    command: process.execPath,
    arguments: [runner, ...nodeArguments, folder],
    env: options["typescript"] === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" },
  };
}

function readRuntime(file: string): Runtime {
  let runtime: unknown;
  try {
    const yaml = parse(readFileSync(file, "utf8")) as { runtime?: unknown } | null;
    runtime = yaml?.runtime;
  } catch (error) {
    throw new EngineError(`could not parse ${file}: ${(error as Error).message}`);
  }
  if (typeof runtime === "string") return { name: runtime };
  if (typeof runtime === "object" && runtime !== null) return runtime;
  throw new EngineError(
    `${file}: key runtime: got nothing, allowed is nodejs; add it, then run again`,
  );
}
