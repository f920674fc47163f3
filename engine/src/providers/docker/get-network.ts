/** The function getNetwork: a network by its name, with what is attached to it. */
import type Docker from "dockerode";
import type { PropertyMap } from "../../provider.ts";
import { messageOf } from "./client.ts";
import type { Daemon } from "./daemon.ts";
import { ipamConfigs } from "./network.ts";

export const GET_NETWORK = "docker:index/getNetwork:getNetwork";

export const getNetwork =
  (daemon: Daemon) =>
  async ({ name }: PropertyMap): Promise<PropertyMap> => {
    const docker = await daemon.docker();
    const info: Docker.NetworkInspectInfo = await docker
      .getNetwork(String(name))
      .inspect()
      .catch((error: unknown) => {
        // In the words of the reference's bridge.
        const why = `Could not find docker network: Error response from daemon: ${messageOf(error)}`;
        throw new Error(`invoking ${GET_NETWORK}: 1 error occurred:\n\t* ${why}\n\n`, {
          cause: error,
        });
      });
    return {
      id: info.Id,
      name: info.Name,
      scope: info.Scope,
      driver: info.Driver,
      options: { ...info.Options },
      internal: info.Internal,
      ipamConfigs: ipamConfigs(info),
      containers: Object.entries(info.Containers ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([containerId, container]) => ({
          containerId,
          name: container.Name,
          endpointId: container.EndpointID,
          macAddress: container.MacAddress,
          ipv4Address: container.IPv4Address,
          ipv6Address: container.IPv6Address,
        })),
    };
  };
