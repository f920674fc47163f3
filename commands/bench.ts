import { join } from "node:path";
import { readArguments } from "./support/arguments.ts";
import { ensureDocker } from "./support/docker.ts";
import { Failure } from "./support/failure.ts";
import { buildMissingImages } from "./support/images.ts";
import { projectDirectory } from "./support/paths.ts";
import { show } from "./support/process.ts";

const help = `Usage: npm run bench
       npm run bench:engine

Measures start-up, balancer and replication on real containers of its own, or the offline engine beside the Pulumi CLI, and
prints one table. Takes some minutes, and is best run while nothing else does.`;

const parts: { readonly [part: string]: string } = {
  system: "test/bench/main.ts",
  engine: "test/bench/engine/main.ts",
};

/** The benchmarks run in a process of their own, so that what this one has loaded does not count. */
export async function bench(args: string[]): Promise<number> {
  const part = args[0] !== undefined && !args[0].startsWith("-") ? args[0] : "system";
  const rest = args[0] === part ? args.slice(1) : args;
  const options = readArguments("bench", rest, { help: { type: "boolean", default: false } });
  if (options.help) {
    console.log(help);
    return 0;
  }
  const script = parts[part];
  if (script === undefined)
    throw new Failure(`bench: got "${part}"; allowed: ${Object.keys(parts).join(", ")}.`);
  await ensureDocker();
  await buildMissingImages();
  return show(process.execPath, [join(projectDirectory, script)]);
}
