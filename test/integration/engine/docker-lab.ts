import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { loadProvider } from "../../../engine/src/providers/index.ts";
import { harness } from "../../../engine/src/providers/testing/harness.ts";
import { baseImage, ensureBaseImage } from "../../../images/base.ts";

export const CONTAINER = "docker:index/container:Container";
export const NETWORK = "docker:index/network:Network";
export const VOLUME = "docker:index/volume:Volume";
export const IMAGE = "docker:index/remoteImage:RemoteImage";

/** The Docker provider on the local daemon, with names and labels of its own. */
export async function dockerLab() {
  const prefix = `synfleet-provider-test-${randomBytes(4).toString("hex")}`;
  const filters = { label: [`synfleet.test=${prefix}`] };
  const docker = new Docker();
  const provider = await loadProvider("docker");
  await provider.configure({});
  await ensureBaseImage(() => {});
  return {
    ...harness(provider, randomBytes(32)),
    docker,
    prefix,
    image: baseImage,
    /** Every object of a test carries these, so that it is found for cleaning up. */
    labels: [{ label: "synfleet.test", value: prefix }],
    async cleanUp(): Promise<void> {
      for (const { Id } of await docker.listContainers({ all: true, filters }))
        await docker.getContainer(Id).remove({ force: true, v: true });
      for (const { Id } of await docker.listNetworks({ filters }))
        await docker.getNetwork(Id).remove();
      for (const { Name } of (await docker.listVolumes({ filters })).Volumes)
        await docker.getVolume(Name).remove();
    },
  };
}
