#!/usr/bin/env node
/** synfleet-engine: the words of the Pulumi CLI, carried out here. */
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Compiled code is kept between runs, for this process and, by the variable, for the program: it halves the start of both.
const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
process.env["NODE_COMPILE_CACHE"] ??= join(cache, "synfleet", "compiled");
enableCompileCache(process.env["NODE_COMPILE_CACHE"]);

const { main } = await import("./cli/main.ts");
process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  terminal: {
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    get columns() {
      return process.stdout.columns;
    },
    get rows() {
      return process.stdout.rows;
    },
  },
  loadProvider: async (pkg) => {
    const { loadProvider } = await import("./providers/index.ts");
    return loadProvider(pkg as Parameters<typeof loadProvider>[0]);
  },
});
// Nothing that is still open (a keep-alive connection of a provider, a program that exits slowly) is worth waiting for.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
process.exit();
