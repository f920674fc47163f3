import type { Call, PropertyMap, Provider } from "../../provider.ts";

export interface Made {
  readonly call: Call;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly log: readonly string[];
}

/** Drives a provider as the engine does, for tests. */
export function harness(provider: Provider, seed: Uint8Array = Uint8Array.of(1, 2, 3)) {
  const newCall = (type: string, name: string, log: string[] = []): Call => ({
    urn: `urn:pulumi:test::project::${type}::${name}`,
    type,
    signal: new AbortController().signal,
    log: (line) => log.push(line),
  });
  const check = (type: string, name: string, news: PropertyMap, olds?: PropertyMap) =>
    provider.check({ ...newCall(type, name), news, seed, ...(olds && { olds }) });
  return {
    newCall,
    check,
    create: async (type: string, name: string, news: PropertyMap): Promise<Made> => {
      const log: string[] = [];
      const call = newCall(type, name, log);
      const { inputs, failures } = await check(type, name, news);
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
      const made = await provider.create({ ...call, inputs, preview: false });
      return { call, inputs, log, ...made };
    },
    diff: async ({ call, id, inputs, outputs }: Made, news: PropertyMap, ignore: string[] = []) => {
      const checked = await check(call.type, call.urn.split("::").at(-1)!, news, inputs);
      return provider.diff({
        ...call,
        id,
        oldInputs: inputs,
        oldOutputs: outputs,
        newInputs: checked.inputs,
        ignoreChanges: ignore,
      });
    },
    update: async ({ call, id, inputs, outputs, log }: Made, news: PropertyMap): Promise<Made> => {
      const checked = await check(call.type, call.urn.split("::").at(-1)!, news, inputs);
      const updated = await provider.update({
        ...call,
        id,
        oldInputs: inputs,
        oldOutputs: outputs,
        newInputs: checked.inputs,
        preview: false,
      });
      return { call, id, log, inputs: checked.inputs, ...updated };
    },
    read: ({ call, id, inputs, outputs }: Made) => provider.read({ ...call, id, inputs, outputs }),
    discard: ({ call, inputs }: Made, since: Date) => provider.discard!({ ...call, inputs, since }),
    remove: ({ call, id, inputs, outputs }: Made) =>
      provider.delete({ ...call, id, inputs, outputs }),
  };
}
