/** The images of the labs' machines, built where they are not there yet. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBaseImage } from "../../../images/base.ts";
import { must, run } from "../process.ts";

export type LabImage = "host" | "server" | "engine" | "tools";

/** Builds it under a hash of what it is made of. Resolves with its tag. */
export async function labImage(stage: LabImage): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(import.meta.dirname)).sort()) {
    if (name.endsWith(".ts")) continue;
    hash.update(name).update(await readFile(join(import.meta.dirname, name)));
  }
  const tag = `synfleet-test/lab-${stage}:${hash.digest("hex").slice(0, 12)}`;
  if ((await run(["docker", "image", "inspect", tag])).code === 0) return tag;
  await ensureBaseImage(() => undefined);
  await must(
    ["docker", "build", "--quiet", "--target", stage, "--tag", tag, import.meta.dirname],
    // Where there is no BuildKit, the stages that it would skip are built before.
    { environment: { DOCKER_BUILDKIT: "0" } },
  );
  return tag;
}
