import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { projectDirectory } from "./paths.ts";

/** A plain value of the stack's configuration file, or undefined when the file does not set it. */
export async function configValue(
  stack: string,
  key: string,
  directory = projectDirectory,
): Promise<unknown> {
  const file = join(directory, `Pulumi.${stack}.yaml`);
  const text = await readFile(file, "utf8").catch(() => "");
  const { config } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  return config?.[`synfleet:${key}`];
}
