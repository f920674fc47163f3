import type Docker from "dockerode";
import type { PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { knownOutputs } from "../outputs.ts";
import { attemptCreate, isMadeSince, orGone } from "./client.ts";
import type { Daemon } from "./daemon.ts";
import { whileInUse } from "./retry.ts";
import { volumeSchema } from "./schema.ts";
import { labelMap, labelSet, mapOrNull, stringMap, textOf } from "./values.ts";

export const volumeOutputs = (known: PropertyMap, info: Docker.VolumeInspectInfo): PropertyMap => ({
  ...known,
  name: info.Name,
  labels: labelSet(info.Labels),
  driver: info.Driver,
  driverOpts: mapOrNull(info.Options),
  mountpoint: info.Mountpoint,
});

export const volumeActions = (daemon: Daemon): Actions => ({
  async create(_call, inputs) {
    const docker = await daemon.docker();
    const name = textOf(inputs["name"]);
    const request = docker.createVolume({
      Name: name,
      Driver: textOf(inputs["driver"]) ?? "local",
      DriverOpts: stringMap(inputs["driverOpts"]),
      Labels: labelMap(inputs["labels"]),
    });
    const what = `volume ${name} could not be made`;
    const made = await attemptCreate(what, request);
    const info = await attemptCreate(what, made.inspect());
    return { id: info.Name, outputs: volumeOutputs(knownOutputs(volumeSchema, inputs), info) };
  },
  async read(_call, id, known) {
    const docker = await daemon.docker();
    const info = await orGone(docker.getVolume(id).inspect());
    if (!info) return undefined;
    // What was not asked for is null when it is made, and empty when it is read.
    const outputs = volumeOutputs(knownOutputs(volumeSchema, known, known), info);
    return { ...outputs, driverOpts: { ...info.Options } };
  },
  async delete(call, id) {
    const docker = await daemon.docker();
    const remove = () =>
      orGone(docker.getVolume(id).remove({ force: true, abortSignal: call.signal }));
    await whileInUse(call, /volume is in use/, remove);
  },
  /** One that was there before, which such a creation only took into the state, keeps its data. */
  async discard(call, inputs) {
    const docker = await daemon.docker();
    const volume = docker.getVolume(textOf(inputs["name"])!);
    const info = (await orGone(volume.inspect())) as
      (Docker.VolumeInspectInfo & { CreatedAt?: string }) | undefined;
    if (!info || !(await isMadeSince(docker, info.CreatedAt ?? "", call.since))) return undefined;
    await orGone(volume.remove({ abortSignal: call.signal }));
    return `volume ${info.Name}`;
  },
});
