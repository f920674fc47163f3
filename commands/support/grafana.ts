import { run } from "./process.ts";

/** How long a pull may take before Grafana is left out, in milliseconds. */
const PULL_LIMIT_MS = 180_000;

/** Whether the image is on this machine or can be brought to it. */
export async function grafanaAvailable(image: string): Promise<boolean> {
  if ((await run("docker", ["image", "inspect", image])).code === 0) return true;
  return (await run("docker", ["pull", "--quiet", image], { timeoutMs: PULL_LIMIT_MS })).code === 0;
}
