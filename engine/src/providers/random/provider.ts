import type { Provider } from "../../provider.ts";
import type { Actions, Made, ResourceType } from "../actions.ts";
import { bridge } from "../bridge.ts";
import type { PropertyMap } from "../../provider.ts";
import { schemas } from "./schema.ts";

type Generator = (inputs: PropertyMap) => Made | Promise<Made>;

/** Random values exist only in the state, so reading returns what is known and deleting does nothing. */
const actions = (name: keyof typeof schemas) => async (): Promise<Actions> => {
  const generate = (await import("./generate.ts")).generators[name] as Generator;
  const { importers } = await import("./import.ts");
  return {
    create: async (_call, inputs) => generate(inputs),
    find: (_call, id) => importers[name](id),
  };
};

export function randomProvider(): Provider {
  const names = Object.keys(schemas) as (keyof typeof schemas)[];
  const types: ResourceType[] = names.map((name) => ({
    schema: schemas[name],
    actions: actions(name),
  }));
  return { ...bridge({ name: "random", version: "4.21.2", types }), onlyInState: true };
}
