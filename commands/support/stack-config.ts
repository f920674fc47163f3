import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { stacksDirectory } from "./paths.ts";

/** A stack's configuration file; elsewhere than in the project only in tests. */
export function configFile(stack: string, directory = stacksDirectory): string {
  return join(directory, `Pulumi.${stack}.yaml`);
}

/** The plain values of the configuration file below `synfleet:`; none when there is no file. */
export async function configValues(
  stack: string,
  directory?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(configFile(stack, directory), "utf8").catch(() => "");
  const { config } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith("synfleet:"));
  return Object.fromEntries(own.map(([key, value]) => [key.slice("synfleet:".length), value]));
}

/** A plain value of the stack's configuration file, or undefined when the file does not set it. */
export async function configValue(
  stack: string,
  key: string,
  directory?: string,
): Promise<unknown> {
  return (await configValues(stack, directory))[key];
}

/** Settings by key below `synfleet:`, such as `members` or `postgres.candidates`; undefined takes a key out. */
export type Changes = Readonly<Record<string, unknown>>;

/** Pure: the file with the changes in it; comments and the order of what was there stay. */
export function changedConfig(text: string, changes: Changes): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(changes)) {
    const [first, ...rest] = key.split(".");
    const path = ["config", `synfleet:${first}`, ...rest];
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}

/** The text of the configuration file with the changes, not yet written. */
export async function withChanges(
  stack: string,
  changes: Changes,
  directory?: string,
): Promise<string> {
  return changedConfig(await readFile(configFile(stack, directory), "utf8"), changes);
}

export async function writeConfig(stack: string, text: string, directory?: string): Promise<void> {
  await writeFile(configFile(stack, directory), text);
}
