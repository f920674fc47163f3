/**
 * Runs a policy pack: imports its entry, whose `new PolicyPack(…)` serves the analyzer and prints its port. The SDK's own runner
 * does the same after loading a TypeScript compiler, which would cost every run more than all the policies.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// An orderly exit keeps what Node has compiled for the next run.
process.on("SIGTERM", () => process.exit());

const [given] = process.argv.slice(2);
await import(pathToFileURL(entryOf(given!)).href);

/** A file, or a folder's main as Node finds it; a folder without one has index.ts. */
function entryOf(path: string): string {
  try {
    return createRequire(import.meta.url).resolve(path);
  } catch (error) {
    const typescript = join(path, "index.ts");
    if (existsSync(typescript)) return typescript;
    throw error;
  }
}
