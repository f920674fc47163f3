/**
 * Runs a policy pack: imports its entry, whose `new PolicyPack(…)` serves the analyzer and prints its port. The SDK's own runner
 * does the same after loading a TypeScript compiler, which would cost every run more than all the policies.
 */
import { pathToFileURL } from "node:url";

// An orderly exit keeps what Node has compiled for the next run.
process.on("SIGTERM", () => process.exit());

const [entry] = process.argv.slice(2);
await import(pathToFileURL(entry!).href);
