import { run } from "../../commands/support/process.ts";

/**
 * Freezes every process of a container. An engine gives up on one whose processes begin others all the time, and leaves it
 * as it was: then it is told again.
 */
export async function freeze(container: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { code, stderr } = await run("docker", ["pause", container]);
    if (code === 0) return;
    if (attempt === 20 || !stderr.includes("unable to freeze")) {
      throw new Error(`docker pause ${container}: ${stderr.trim()}`);
    }
  }
}
