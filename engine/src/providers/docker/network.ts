import type Docker from "dockerode";
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import type { Actions } from "../bridge.ts";
import { complete, knownOutputs } from "../outputs.ts";
import { attemptCreate, daemonTime, orGone } from "./client.ts";
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

export const networkActions = (daemon: Daemon): Actions => ({
  async create(_call, inputs) {
    const docker = await daemon.docker();
    const known = knownOutputs(networkSchema, inputs);
    const what = `network ${String(inputs["name"])} could not be made`;
    const made = await attemptCreate(what, docker.createNetwork(networkBody(inputs)));
    const info: Docker.NetworkInspectInfo = await attemptCreate(what, made.inspect());
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
    const docker = await daemon.docker();
    const remove = () => orGone(docker.getNetwork(id).remove({ abortSignal: call.signal }));
    await whileInUse(call, /has active endpoints/, remove);
  },
  async discard(call, inputs) {
    const docker = await daemon.docker();
    const name = textOf(inputs["name"])!;
    const info: Docker.NetworkInspectInfo | undefined = await orGone(
      docker.getNetwork(name).inspect(),
    );
    // The daemon also finds networks by parts of their ids.
    if (info?.Name !== name) return undefined;
    if (!(Date.parse(info.Created) >= (await daemonTime(docker, call.since)))) return undefined;
    await orGone(docker.getNetwork(info.Id).remove({ abortSignal: call.signal }));
    return `network ${name}`;
  },
});
