import type Docker from "dockerode";
import type { PropertyMap, PropertyValue } from "../../provider.ts";
import type { Actions } from "../bridge.ts";
import { complete, knownOutputs } from "../outputs.ts";
import { diffInputs } from "../diff.ts";
import { isEmpty } from "../schema.ts";
import { attempt, orGone, statusOf } from "./client.ts";
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

export function networkOutputs(known: PropertyMap, info: Docker.NetworkInspectInfo): PropertyMap {
  const configs = (info.IPAM?.Config ?? []).map((config: Record<string, unknown>): PropertyMap => {
    const { Subnet, IPRange, Gateway, AuxiliaryAddresses } = config as Record<
      string,
      PropertyValue
    >;
    return {
      subnet: Subnet ?? "",
      ipRange: IPRange ?? "",
      gateway: Gateway ?? "",
      auxAddress: AuxiliaryAddresses ?? null,
    };
  });
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
    ipamConfigs: complete(networkSchema.properties["ipamConfigs"]!.kind, configs),
    scope: info.Scope,
  };
}

/** A network of this name that is all that was asked for, carries labels to know it by, and that nobody uses. */
async function leftBehind(
  docker: Docker,
  known: PropertyMap,
): Promise<Docker.NetworkInspectInfo | undefined> {
  const info: Docker.NetworkInspectInfo | undefined = await orGone(
    docker.getNetwork(String(known["name"])).inspect(),
  );
  if (!info || isEmpty(known["labels"]) || Object.keys(info.Containers ?? {}).length > 0)
    return undefined;
  const isAsWanted =
    diffInputs(networkSchema, networkOutputs(known, info), known).changed.length === 0;
  return isAsWanted ? info : undefined;
}

const CONFLICT = 409;

export const networkActions = (daemon: Daemon): Actions => ({
  async create(call, inputs) {
    const docker = await daemon.docker();
    const known = knownOutputs(networkSchema, inputs);
    const what = `network ${String(inputs["name"])} could not be made`;
    try {
      const made = await docker.createNetwork(networkBody(inputs));
      const info: Docker.NetworkInspectInfo = await made.inspect();
      return { id: info.Id, outputs: networkOutputs(known, info) };
    } catch (error) {
      const left = statusOf(error) === CONFLICT ? await leftBehind(docker, known) : undefined;
      if (!left) return attempt(what, Promise.reject(error));
      call.log(`taking over network ${left.Name}, which an interrupted run left behind`, "warning");
      return { id: left.Id, outputs: networkOutputs(known, left) };
    }
  },
  async read(_call, id, known) {
    const docker = await daemon.docker();
    const info = await orGone(docker.getNetwork(id).inspect());
    return (
      info &&
      networkOutputs(knownOutputs(networkSchema, known, known), info as Docker.NetworkInspectInfo)
    );
  },
  async delete(call, id) {
    const docker = await daemon.docker();
    const remove = () => orGone(docker.getNetwork(id).remove({ abortSignal: call.signal }));
    await whileInUse(call, /has active endpoints/, remove);
  },
});
