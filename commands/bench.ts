import { join } from "node:path";
import { ensureDocker } from "./support/docker.ts";
import { buildMissingImages } from "./support/images.ts";
import { projectDirectory } from "./support/paths.ts";
import { show } from "./support/process.ts";

/** The benchmarks run in a process of their own, so that what this one has loaded does not count. */
export async function bench(): Promise<number> {
  await ensureDocker();
  await buildMissingImages();
  return show(process.execPath, [join(projectDirectory, "test", "bench", "main.ts")]);
}
