import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "./failure.ts";
import { configDirectory } from "./paths.ts";

const standardFile = join(configDirectory, "passphrase");

/**
 * The environment under which an engine can read the stack's secrets: the user's own passphrase when one is set, else
 * one that is generated once and kept in a file that only the user can read.
 */
export async function withPassphrase(
  env: NodeJS.ProcessEnv,
  file = standardFile,
): Promise<NodeJS.ProcessEnv> {
  if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"])
    return env;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Exclusive: two runs at once must not each write a passphrase of their own.
    await writeFile(file, randomBytes(24).toString("base64url"), {
      flag: "wx",
      mode: 0o600,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if ((await readFile(file, "utf8")).trim() === "") {
    throw new Failure(
      `${file}: got an empty file; it must hold the passphrase of the stack. Restore it, or remove it if no stack needs it.`,
    );
  }
  if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  return { ...env, PULUMI_CONFIG_PASSPHRASE_FILE: file };
}
