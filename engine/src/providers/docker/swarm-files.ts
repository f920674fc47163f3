/** Configs and secrets of a Swarm: contents under a name that can only be made and removed. */
import type Docker from "dockerode";
import type { PropertyMap } from "../../provider.ts";
import type { Actions } from "../actions.ts";
import { knownOutputs } from "../outputs.ts";
import type { ResourceSchema } from "../schema.ts";
import { attemptCreate, isMadeSince, orGone } from "./client.ts";
import type { Daemon } from "./daemon.ts";
import { configSchema, secretSchema } from "./service-schema.ts";
import { labelMap, labelSet, textOf } from "./values.ts";

interface Info {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Record<string, string>; Data?: string };
}

/** One of them, as dockerode has it. */
interface Handle {
  readonly inspect: () => Promise<unknown>;
  readonly remove: (options: { abortSignal: AbortSignal }) => Promise<unknown>;
}

interface Sort {
  readonly word: "config" | "secret";
  readonly schema: ResourceSchema;
  readonly create: (docker: Docker, body: object) => Promise<{ id: string }>;
  readonly get: (docker: Docker, id: string) => Handle;
  /** What is read back: nobody is told what is in a secret, and the reference asks for no labels of one either. */
  readonly outputs: (known: PropertyMap, info: Info) => PropertyMap;
}

export const configActions = (daemon: Daemon): Actions =>
  actions(daemon, {
    word: "config",
    schema: configSchema,
    create: (docker, body) => docker.createConfig(body as never) as Promise<never>,
    get: (docker, id) => docker.getConfig(id),
    outputs: (known, { Spec }) => {
      const data = Spec.Data ?? "";
      const isRaw = textOf(known["dataRaw"]) !== undefined;
      return {
        ...known,
        name: Spec.Name,
        labels: labelSet(Spec.Labels),
        ...(isRaw ? { dataRaw: Buffer.from(data, "base64").toString() } : { data }),
      };
    },
  });

export const secretActions = (daemon: Daemon): Actions =>
  actions(daemon, {
    word: "secret",
    schema: secretSchema,
    create: (docker, body) => docker.createSecret(body as never) as Promise<never>,
    get: (docker, id) => docker.getSecret(id),
    outputs: (known, { Spec }) => ({ ...known, name: Spec.Name }),
  });

const actions = (daemon: Daemon, { word, schema, create, get, outputs }: Sort): Actions => ({
  async create(_call, inputs) {
    const docker = await daemon.docker();
    const what = `${word} ${String(inputs["name"])} could not be made`;
    const raw = textOf(inputs["dataRaw"]);
    const Data = raw === undefined ? textOf(inputs["data"]) : Buffer.from(raw).toString("base64");
    const body = { Name: textOf(inputs["name"]), Labels: labelMap(inputs["labels"]), Data };
    const { id } = await attemptCreate(what, create(docker, body));
    const info = (await attemptCreate(what, get(docker, id).inspect())) as Info;
    return { id: info.ID, outputs: outputs(knownOutputs(schema, inputs), info) };
  },

  async read(_call, id, known) {
    const docker = await daemon.docker();
    const info = (await orGone(get(docker, id).inspect())) as Info | undefined;
    return info && outputs(knownOutputs(schema, known, known), info);
  },

  async delete(call, id) {
    const docker = await daemon.docker();
    await orGone(get(docker, id).remove({ abortSignal: call.signal }));
  },

  async discard(call, inputs) {
    const docker = await daemon.docker();
    const name = textOf(inputs["name"])!;
    const info = (await orGone(get(docker, name).inspect())) as Info | undefined;
    if (info?.Spec.Name !== name) return undefined;
    if (!(await isMadeSince(docker, info.CreatedAt, call.since))) return undefined;
    await orGone(get(docker, info.ID).remove({ abortSignal: call.signal }));
    return `${word} ${name}`;
  },
});
