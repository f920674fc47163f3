import type Docker from "dockerode";
import type { Call, PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { knownOutputs } from "../outputs.ts";
import { messageOf, orGone } from "./client.ts";
import type { RegistryLogin } from "./connection.ts";
import type { Daemon } from "./daemon.ts";
import { imageSchema } from "./schema.ts";
import { textOf } from "./values.ts";

const DEFAULT_REGISTRY = "registry-1.docker.io";

/** The image as the daemon has it, pulled when it has it not. */
export async function ensureImage(
  daemon: Daemon,
  call: Call,
  name: string,
  platform: string | undefined,
): Promise<Docker.ImageInspectInfo> {
  const docker = await daemon.docker();
  const local = await orGone(docker.getImage(name).inspect());
  if (local) return local;
  try {
    await pull(docker, call, name, platform, daemon.connection().registries);
  } catch (error) {
    throw new Error(
      `image ${name} is not on the Docker host and could not be pulled: ${messageOf(error)}; ` +
        "build or load it there, or make its registry reachable",
      { cause: error },
    );
  }
  return docker.getImage(name).inspect();
}

async function pull(
  docker: Docker,
  call: Call,
  name: string,
  platform: string | undefined,
  registries: readonly RegistryLogin[],
): Promise<void> {
  const login = loginFor(name, registries);
  call.log(`pulling image ${name}`);
  const stream = await docker.pull(withTag(name), {
    ...(platform && { platform }),
    ...(login && {
      authconfig: {
        username: login.username,
        password: login.password,
        serveraddress: login.address,
      },
    }),
    abortSignal: call.signal,
  });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  );
}

/** Without a tag Docker would pull every tag of the repository. */
export const withTag = (name: string): string =>
  /[@:][^/]*$/.test(name) ? name : `${name}:latest`;

export function registryOf(name: string): string {
  const first = name.split("/")[0]!;
  const isHost = name.includes("/") && (/[.:]/.test(first) || first === "localhost");
  return isHost ? first : DEFAULT_REGISTRY;
}

function loginFor(name: string, logins: readonly RegistryLogin[]): RegistryLogin | undefined {
  const registry = registryOf(name);
  return logins.find(
    ({ address }) => address.replace(/^https?:\/\//, "").split("/")[0] === registry,
  );
}

/** The digest that a registry knows the image by; empty for an image that was only built or imported here. */
export function repoDigest(name: string, digests: readonly string[]): string {
  const repository = name.replace(/[@:][^/]*$/, "");
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0] ?? "";
}

function imageOutputs(known: PropertyMap, info: Docker.ImageInspectInfo): PropertyMap {
  const digest = repoDigest(String(known["name"]), info.RepoDigests ?? []);
  return { ...known, imageId: info.Id, repoDigest: digest };
}

export const imageActions = (daemon: Daemon): Actions => {
  const known = (inputs: PropertyMap, old?: PropertyMap) => ({
    ...knownOutputs(imageSchema, inputs, old),
    ...(Array.isArray(inputs["pullTriggers"]) ? {} : { pullTriggers: null }),
  });
  const ensure = (call: Call, inputs: PropertyMap) =>
    ensureImage(daemon, call, String(inputs["name"]), textOf(inputs["platform"]));
  return {
    async create(call, inputs) {
      const info = await ensure(call, inputs);
      const outputs = imageOutputs(known(inputs), info);
      return { id: info.Id + String(inputs["name"]), outputs };
    },
    async read(_call, _id, outputs) {
      const docker = await daemon.docker();
      const info = await orGone(docker.getImage(String(outputs["name"])).inspect());
      return info && imageOutputs(known(outputs, outputs), info);
    },
    async update(call, _id, old, inputs) {
      return imageOutputs(known(inputs, old), await ensure(call, inputs));
    },
    async delete(call, _id, outputs) {
      if (outputs["keepLocally"] === true) return;
      const docker = await daemon.docker();
      const force = outputs["forceRemove"] === true;
      const image = docker.getImage(String(outputs["name"]));
      await orGone(image.remove({ force, abortSignal: call.signal }));
    },
    /** A pulled image is in nobody's way, and others may count on it by now. */
    discard: () => Promise.resolve(undefined),
  };
};
