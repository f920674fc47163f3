import { buildImage, imageNames, type ImageName } from "../../images/build.ts";
import { BuildError } from "../../images/docker.ts";
import type { SystemName } from "../../settings/schema.ts";
import { Failure } from "./failure.ts";

/** What a system's workloads run, so that nobody builds, or needs the sources of, what another system runs. */
export const imagesOf: Readonly<Record<SystemName, readonly ImageName[]>> = {
  synapsedb: [
    ...(["postgres", "etcd", "balancer", "manager"] as const),
    ...(["prometheus", "postgres-exporter", "node-exporter"] as const),
  ],
  synaxic: [
    ...(["patroni", "fence", "etcd", "redis", "app", "proxy", "balancer"] as const),
    ...(["prometheus", "postgres-exporter", "redis-exporter", "node-exporter"] as const),
  ],
  synap: ["synap", "balancer", "prometheus", "node-exporter"],
};

/** All images but Synap's, which needs that server's own: its tests bring one. */
export const ownImages: readonly ImageName[] = imageNames.filter((name) => name !== "synap");

/** Before anything is deployed, so that a machine that cannot build the images is left as it was. */
export async function buildMissingImages(names: readonly ImageName[]): Promise<void> {
  try {
    for (const name of names)
      await buildImage(name, { log: (line) => console.log(`synfleet: ${line}`) });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new Failure(
      names.includes("synap")
        ? `${error.message}\nThe Synap server is taken from another image; SYNAP_IMAGE names one that is within reach.`
        : error.message,
    );
  }
}
