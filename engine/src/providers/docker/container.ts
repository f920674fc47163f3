import type Docker from "dockerode";
import { Uncertain, type Call, type PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { knownOutputs } from "../outputs.ts";
import { diffInputs } from "../diff.ts";
import { attempt, attemptCreate, isMadeSince, messageOf, orGone, statusOf } from "./client.ts";
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
      const what = `container ${String(inputs["name"])}: ${messageOf(error)}`;
      await removeAgain(container, what);
      throw new Error(`${what}; it was removed again${words}`, { cause: error });
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

  async discard(call, inputs) {
    const docker = await daemon.docker();
    const name = textOf(inputs["name"])!;
    const info = await orGone(docker.getContainer(name).inspect());
    if (info?.Name !== `/${name}` || info.Config.Labels?.[MADE_FOR_LABEL] !== call.urn)
      return undefined;
    if (!(await isMadeSince(docker, info.Created, call.since))) return undefined;
    const container = docker.getContainer(info.Id);
    await tolerate([CONFLICT], orGone(container.remove({ force: true, v: true })));
    await orGone(container.wait({ condition: "removed", abortSignal: call.signal }));
    return `container ${name}`;
  },
});

/** One that cannot be removed again is for the next run to find. */
async function removeAgain(container: Docker.Container, what: string): Promise<void> {
  try {
    await orGone(container.remove({ force: true, v: true }));
  } catch (error) {
    throw new Uncertain(`${what}; it could not be removed again: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Not cancelled half way: a request that the daemon may have carried out must not be forgotten. */
function makeContainer(docker: Docker, call: Call, inputs: PropertyMap): Promise<Docker.Container> {
  const name = textOf(inputs["name"])!;
  return attemptCreate(
    `container ${name} could not be made`,
    docker.createContainer({
      _query: { name, platform: textOf(inputs["platform"]) },
      _body: containerBody(inputs, { [MADE_FOR_LABEL]: call.urn }),
    } as Docker.ContainerCreateOptions),
  );
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
