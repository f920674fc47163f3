#!/usr/bin/env node
/** synfleet-engine: the words of the Pulumi CLI, carried out here. */
import { main } from "./cli/main.ts";

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
