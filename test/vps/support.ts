/** A system on servers of the lab, brought up by the program over SSH. */
import { imagesOf } from "../../commands/support/images.ts";
import type { SystemName } from "../../settings/schema.ts";
import { buildImage, type ImageName } from "../../images/build.ts";
import { FleetContainers } from "../acceptance/checks/fleet-containers.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import type { Host } from "../lab/fleet/host.ts";
import { Deployment } from "../support/deployment.ts";

/** The hosts as a stack's settings have them. */
export const declared = (hosts: readonly Host[]) =>
  hosts.map(({ name, address, keyPath: keyFile, hostKey }) => ({
    ...{ name, address, ssh: { keyFile, hostKey } },
  }));

export interface OnServers {
  readonly fleet: Fleet;
  readonly deployment: Deployment;
  readonly containers: FleetContainers;
  /** Those of the system, for servers that are added. */
  readonly images: readonly string[];
  remove(): Promise<void>;
}

/**
 * Starts servers and brings the system up on them. What an attempt that fails has made is removed.
 * @param regions of the servers, in their order, where they are to have some
 */
export async function onServers(
  system: SystemName,
  servers: number,
  settings: Record<string, unknown> = {},
  regions: readonly string[] = [],
): Promise<OnServers> {
  const images: string[] = [];
  for (const name of imagesOf[system]) images.push(await buildImage(name as ImageName));
  const fleet = await Fleet.start({ hosts: servers, images });
  const hosts = declared(fleet.hosts).map((host, index) => ({
    ...host,
    ...(regions[index] !== undefined && { region: regions[index] }),
  }));
  let deployment: Deployment | undefined;
  const remove = async () => {
    await deployment?.forget();
    await fleet.removeAll();
  };
  try {
    deployment = await Deployment.create({
      ...{ system, topology: "several-hosts", hosts },
      // The lab has no time of its own.
      ...{ prepareHosts: true, preparation: { clock: false } },
      ...{ clientCidrs: [`${fleet.operator.address}/32`], ...settings },
    });
    await deployment.up();
    const containers = new FleetContainers(deployment, fleet);
    return { fleet, deployment, containers, images, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
