import type Docker from "dockerode";
import { setTimeout as sleep } from "node:timers/promises";
import type { Call, PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { knownOutputs } from "../outputs.ts";
import { attempt, attemptCreate, isMadeSince, orGone } from "./client.ts";
import type { Daemon } from "./daemon.ts";
import { toNanoseconds } from "./duration.ts";
import { serviceBody } from "./service-body.ts";
import { serviceSchema } from "./service-schema.ts";
import { serviceOutputs } from "./service-state.ts";
import { blocks, textOf } from "./values.ts";

const PAUSE_MS = 500;
/** Beyond the time that the service itself was given: what its nodes need for removing containers. */
const REMOVAL_MS = 30_000;

interface Info {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Name: string };
}

export const serviceActions = (daemon: Daemon): Actions => ({
  async create(_call, inputs) {
    const docker = await daemon.docker();
    const what = `service ${String(inputs["name"])} could not be made`;
    const body = serviceBody(inputs) as Docker.CreateServiceOptions;
    const made = (await attemptCreate(what, docker.createService(body))) as unknown as {
      id?: string;
      ID?: string;
    };
    const info = await attemptCreate(what, inspect(docker, (made.id ?? made.ID)!));
    return { id: info.ID, outputs: serviceOutputs(knownOutputs(serviceSchema, inputs), info) };
  },

  async read(_call, id, known) {
    const docker = await daemon.docker();
    const info = await orGone(inspect(docker, id));
    return info && serviceOutputs(knownOutputs(serviceSchema, known, known), info);
  },

  async update(_call, id, old, inputs) {
    const docker = await daemon.docker();
    const what = `service ${String(inputs["name"])} could not be updated`;
    const { Version } = await attempt(what, inspect(docker, id));
    const body = { version: Version.Index, ...serviceBody(inputs) };
    await attempt(what, docker.getService(id).update(body as unknown as object));
    const info = await attempt(what, inspect(docker, id));
    return serviceOutputs(knownOutputs(serviceSchema, inputs, old), info);
  },

  async delete(call, id, outputs) {
    const docker = await daemon.docker();
    await orGone(docker.getService(id).remove({ abortSignal: call.signal }));
    await tasksGone(call, docker, id, stopMilliseconds(outputs));
  },

  async discard(call, inputs) {
    const docker = await daemon.docker();
    const name = textOf(inputs["name"])!;
    const info = await orGone(inspect(docker, name));
    if (info?.Spec.Name !== name) return undefined;
    if (!(await isMadeSince(docker, info.CreatedAt, call.since))) return undefined;
    await orGone(docker.getService(info.ID).remove({ abortSignal: call.signal }));
    return `service ${name}`;
  },
});

const inspect = async (docker: Docker, id: string): Promise<Info> =>
  (await docker.getService(id).inspect()) as Info;

function stopMilliseconds(outputs: PropertyMap): number {
  const container = blocks(outputs["taskSpec"]).flatMap((task) => blocks(task["containerSpec"]))[0];
  return toNanoseconds(textOf(container?.["stopGracePeriod"]) ?? "10s") / 1e6;
}

/**
 * Volumes, networks and secrets are in use until the last container is gone. A node that is down confirms nothing: its tasks are
 * not waited for.
 */
async function tasksGone(call: Call, docker: Docker, id: string, stopMs: number): Promise<void> {
  const deadline = Date.now() + stopMs + REMOVAL_MS;
  while (Date.now() < deadline) {
    const tasks = (await docker.listTasks()) as { ServiceID: string; NodeID?: string }[];
    const left = tasks.filter(({ ServiceID }) => ServiceID === id);
    if (left.length === 0) return;
    const nodes = (await docker.listNodes()) as { ID: string; Status: { State: string } }[];
    const down = new Set(nodes.filter(({ Status }) => Status.State === "down").map(({ ID }) => ID));
    if (left.every(({ NodeID }) => NodeID === undefined || down.has(NodeID))) return;
    await sleep(PAUSE_MS, undefined, { signal: call.signal });
  }
  call.log(`service ${id} is removed; some of its tasks are not confirmed as ended yet`);
}
