import type Docker from "dockerode";
import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { complete, knownOutputs } from "../outputs.ts";
import { attemptCreate, isMadeSince, messageOf, orGone } from "./client.ts";
import type { Daemon } from "./daemon.ts";
import { whileInUse } from "./retry.ts";
import { networkSchema } from "./schema.ts";
import { blocks, booleanOf, labelMap, labelSet, mapOrNull, stringMap, textOf } from "./values.ts";

export function networkBody(inputs: PropertyMap): Docker.NetworkCreateOptions {
  const configs = blocks(inputs["ipamConfigs"]).map((config) => ({
    Subnet: textOf(config["subnet"]) ?? "",
    IPRange: textOf(config["ipRange"]) ?? "",
    Gateway: textOf(config["gateway"]) ?? "",
    AuxiliaryAddresses: stringMap(config["auxAddress"]),
  }));
  return {
    Name: textOf(inputs["name"])!,
    CheckDuplicate: true,
    Driver: textOf(inputs["driver"]) ?? "bridge",
    Options: stringMap(inputs["options"]),
    Internal: booleanOf(inputs["internal"]) ?? false,
    Attachable: booleanOf(inputs["attachable"]) ?? false,
    Ingress: booleanOf(inputs["ingress"]) ?? false,
    EnableIPv6: booleanOf(inputs["ipv6"]) ?? false,
    Labels: labelMap(inputs["labels"]),
    IPAM: {
      Driver: textOf(inputs["ipamDriver"]) ?? "default",
      Options: stringMap(inputs["ipamOptions"]),
      ...(configs.length > 0 && { Config: configs as unknown as Record<string, string>[] }),
    },
  } as Docker.NetworkCreateOptions;
}

export function ipamConfigs(info: Docker.NetworkInspectInfo): PropertyValue {
  const configs = (info.IPAM?.Config ?? []).map((config: Record<string, unknown>): PropertyMap => {
    const { Subnet, IPRange, Gateway, AuxiliaryAddresses } = config as Record<
      string,
      PropertyValue
    >;
    return {
      subnet: Subnet ?? "",
      ipRange: IPRange ?? "",
      gateway: Gateway ?? "",
      auxAddress: AuxiliaryAddresses ?? {},
    };
  });
  return complete(networkSchema.properties["ipamConfigs"]!.kind, configs);
}

export function networkOutputs(known: PropertyMap, info: Docker.NetworkInspectInfo): PropertyMap {
  return {
    ...known,
    name: info.Name,
    labels: labelSet(info.Labels),
    driver: info.Driver,
    options: { ...info.Options },
    internal: info.Internal,
    attachable: info.Attachable,
    ingress: info.Ingress,
    ipv6: info.EnableIPv6 ?? false,
    ipamDriver: info.IPAM?.Driver ?? "default",
    ipamOptions: mapOrNull(info.IPAM?.Options),
    ipamConfigs: ipamConfigs(info),
    scope: info.Scope,
  };
}

/** Docker before 28.1 may count an end point on that is gone, after which only a start of its own counts anew (moby/moby#42119). */
async function whoHolds(network: Docker.Network, error: unknown): Promise<unknown> {
  const info: Docker.NetworkInspectInfo | undefined = await orGone(network.inspect());
  if (!info) return error;
  const names = Object.values(info.Containers ?? {}).map(({ Name }) => Name);
  const problem =
    names.length > 0
      ? `containers are attached to it: ${names.toSorted().join(", ")}; remove them, and run this again`
      : "Docker counts end points of it though no container is attached, a fault of Docker before 28.1; " +
        "restart Docker there (systemctl restart docker), and run this again";
  return new Error(`network ${info.Name} could not be removed: ${problem}`, { cause: error });
}

const ALLOCATION_MS = 30_000;

/** A network of a Swarm is made before its manager has given it a driver and addresses. */
async function whenAllocated(network: Docker.Network): Promise<Docker.NetworkInspectInfo> {
  const deadline = Date.now() + ALLOCATION_MS;
  for (;;) {
    const info = (await network.inspect()) as Docker.NetworkInspectInfo;
    if (info.Driver !== "") return info;
    if (Date.now() > deadline)
      throw new Error(`no addresses after ${ALLOCATION_MS / 1000} s; see the managers' logs`);
    await sleep(100);
  }
}

export const networkActions = (daemon: Daemon): Actions => ({
  async create(_call, inputs) {
    const docker = await daemon.docker();
    const known = knownOutputs(networkSchema, inputs);
    const what = `network ${String(inputs["name"])} could not be made`;
    const made = await attemptCreate(what, docker.createNetwork(networkBody(inputs)));
    const info = await attemptCreate(what, whenAllocated(made));
    return { id: info.Id, outputs: networkOutputs(known, info) };
  },
  async read(_call, id, known) {
    const docker = await daemon.docker();
    const info = await orGone(docker.getNetwork(id).inspect());
    if (!info) return undefined;
    const seen = info as Docker.NetworkInspectInfo;
    const outputs = networkOutputs(knownOutputs(networkSchema, known, known), seen);
    // What was not asked for is null when it is made, and empty when it is read.
    return { ...outputs, ipamOptions: { ...seen.IPAM?.Options } };
  },
  async delete(call, id) {
    const network = (await daemon.docker()).getNetwork(id);
    const remove = () => orGone(network.remove({ abortSignal: call.signal }));
    // A Swarm's manager says by itself which task or service it is.
    await whileInUse(call, /has active endpoints|is in use by/, remove, async (error) =>
      /is in use by/.test(messageOf(error)) ? error : whoHolds(network, error),
    );
  },
  async discard(call, inputs) {
    const docker = await daemon.docker();
    const name = textOf(inputs["name"])!;
    const info: Docker.NetworkInspectInfo | undefined = await orGone(
      docker.getNetwork(name).inspect(),
    );
    // The daemon also finds networks by parts of their ids.
    if (info?.Name !== name) return undefined;
    if (!(await isMadeSince(docker, info.Created, call.since))) return undefined;
    await orGone(docker.getNetwork(info.Id).remove({ abortSignal: call.signal }));
    return `network ${name}`;
  },
});
