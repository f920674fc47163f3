import { join } from "node:path";
import { readArguments } from "./support/arguments.ts";
import { ensureDocker } from "./support/docker.ts";
import { buildMissingImages } from "./support/images.ts";
import { projectDirectory } from "./support/paths.ts";
import { show } from "./support/process.ts";

const help = `Usage: npm run bench

Measures start-up, balancer and replication on real containers of its own, and prints one table. Takes some minutes, and
is best run while nothing else does.`;

/** The benchmarks run in a process of their own, so that what this one has loaded does not count. */
export async function bench(args: string[]): Promise<number> {
  const options = readArguments("bench", args, { help: { type: "boolean", default: false } });
  if (options.help) {
    console.log(help);
    return 0;
  }
  await ensureDocker();
  await buildMissingImages();
  return show(process.execPath, [join(projectDirectory, "test", "bench", "main.ts")]);
}
