import type Docker from "dockerode";
import type { Call, PropertyMap } from "../../provider.ts";
import type { Actions } from "../bridge.ts";
import { knownOutputs } from "../outputs.ts";
import { diffInputs } from "../diff.ts";
import { attempt, messageOf, orGone, statusOf } from "./client.ts";
import { containerOutputs } from "./container-state.ts";
import type { Daemon } from "./daemon.ts";
import { ensureImage } from "./image.ts";
import { containerSchema } from "./schema.ts";
import { containerBody, updateBody } from "./spec.ts";
import { joinNetworks, upload, waitUntilEnded, waitUntilHealthy } from "./container-steps.ts";
import { numberOf, textOf } from "./values.ts";

/** Names the resource that a container was made for. Labels of containers are not read back, so it is in no state. */
const MADE_FOR_LABEL = "synfleet.engine.urn";
const NOT_MODIFIED = 304;
const CONFLICT = 409;

/** What a container update carries; the rest of a change is only the provider's own. */
const updatable = [
  "restart",
  "maxRetryCount",
  "memory",
  "memoryReservation",
  "memorySwap",
  "cpuShares",
  "cpuSet",
  "deviceReadBps",
  "deviceReadIops",
  "deviceWriteBps",
  "deviceWriteIops",
];

export const containerActions = (daemon: Daemon): Actions => ({
  async create(call, inputs) {
    const docker = await daemon.docker();
    const known = knownOutputs(containerSchema, inputs);
    await ensureImage(daemon, call, textOf(inputs["image"])!, textOf(inputs["platform"]));
    const container = await makeContainer(docker, call, inputs);
    try {
      const logs = await bringUp(docker, call, container, known);
      const info = await container.inspect();
      const outputs = containerOutputs(known, info);
      return {
        id: info.Id,
        outputs: logs === undefined ? outputs : { ...outputs, containerLogs: logs },
      };
    } catch (error) {
      // Half a container would be in the way of the next try, so its last words go into the error and it goes away.
      const words = await lastWords(container);
      await container.remove({ force: true, v: true }).catch(() => {});
      const name = String(inputs["name"]);
      throw new Error(`container ${name}: ${messageOf(error)}; it was removed again${words}`, {
        cause: error,
      });
    }
  },

  async read(_call, id, known) {
    const docker = await daemon.docker();
    const info = await orGone(docker.getContainer(id).inspect());
    return info && containerOutputs({ ...knownOutputs(containerSchema, known, known) }, info);
  },

  async update(_call, id, old, inputs) {
    const docker = await daemon.docker();
    const container = docker.getContainer(id);
    const { changed } = diffInputs(containerSchema, old, inputs);
    if (changed.some((path) => updatable.includes(path.split(/[.[]/)[0]!)))
      await attempt(
        `container ${String(inputs["name"])} could not be updated`,
        container.update(updateBody(inputs)),
      );
    const known = knownOutputs(containerSchema, inputs, old);
    if (old["mustRun"] === false && known["mustRun"] === true && known["start"] === true)
      await startContainer(container);
    return containerOutputs(known, await container.inspect());
  },

  async delete(call, id, outputs) {
    const docker = await daemon.docker();
    const container = docker.getContainer(id);
    const t = numberOf(outputs["destroyGraceSeconds"]) ?? 0;
    if (outputs["attach"] !== true)
      await tolerate([NOT_MODIFIED], orGone(container.stop({ t, abortSignal: call.signal })));
    const v = outputs["removeVolumes"] !== false;
    await tolerate(
      [CONFLICT],
      orGone(container.remove({ force: true, v, abortSignal: call.signal })),
    );
    // A removal that is already in progress ends by itself; a new container may need the name at once.
    await orGone(container.wait({ condition: "removed", abortSignal: call.signal }));
  },
});

/**
 * Not cancelled half way: a request that the daemon may have carried out must not be forgotten. A container of this name from a
 * run that was killed at this very point is known by its label and makes way.
 */
async function makeContainer(
  docker: Docker,
  call: Call,
  inputs: PropertyMap,
): Promise<Docker.Container> {
  const name = textOf(inputs["name"])!;
  const make = () =>
    docker.createContainer({
      _query: { name, platform: textOf(inputs["platform"]) },
      _body: containerBody(inputs, { [MADE_FOR_LABEL]: call.urn }),
    } as Docker.ContainerCreateOptions);
  const what = `container ${name} could not be made`;
  try {
    return await make();
  } catch (error) {
    const other = docker.getContainer(name);
    const info = statusOf(error) === CONFLICT ? await orGone(other.inspect()) : undefined;
    if (info?.Config.Labels?.[MADE_FOR_LABEL] !== call.urn)
      return attempt(what, Promise.reject(error));
  }
  call.log(`removing container ${name}, which an interrupted run left behind`, "warning");
  await orGone(docker.getContainer(name).remove({ force: true, v: true }));
  return attempt(what, make());
}

async function bringUp(
  docker: Docker,
  call: Call,
  container: Docker.Container,
  known: PropertyMap,
): Promise<string | undefined> {
  call.signal.throwIfAborted();
  await joinNetworks(docker, container.id, known);
  await upload(container, known);
  call.signal.throwIfAborted();
  if (known["start"] !== true) return undefined;
  await startContainer(container);
  if (known["wait"] === true)
    await waitUntilHealthy(call, container, numberOf(known["waitTimeout"]) ?? 60);
  if (known["attach"] !== true) return undefined;
  return waitUntilEnded(call, container, known["logs"] === true);
}

const startContainer = (container: Docker.Container) => tolerate([NOT_MODIFIED], container.start());

async function tolerate(statuses: readonly number[], request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  }
}

const LAST_LINES = 20;

/** Why the container did not do what was hoped for, as far as it said so itself. */
async function lastWords(container: Docker.Container): Promise<string> {
  try {
    const { State } = await container.inspect();
    const check = State.Health?.Log?.at(-1)?.Output?.trim();
    const state = State.Running ? "it was running" : `it had ended with code ${State.ExitCode}`;
    const logs = await container.logs({ stdout: true, stderr: true, tail: LAST_LINES });
    const { demultiplex } = await import("./logs.ts");
    const text = demultiplex(logs).trim();
    return [
      `; ${state}`,
      check && `; its health check said: ${check}`,
      text && `; its log ends:\n${text}`,
    ]
      .filter(Boolean)
      .join("");
  } catch {
    return "";
  }
}
