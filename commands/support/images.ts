import { buildImage, imageNames } from "../../images/build.ts";
import { BuildError } from "../../images/docker.ts";
import { Failure } from "./failure.ts";

/** Before anything is deployed, so that a machine that cannot build the images is left as it was. */
export async function buildMissingImages(): Promise<void> {
  try {
    for (const name of imageNames)
      await buildImage(name, { log: (line) => console.log(`synfleet: ${line}`) });
  } catch (error) {
    throw error instanceof BuildError ? new Failure(error.message) : error;
  }
}
