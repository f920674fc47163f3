import { describe, expect, test, vi } from "vitest";
import { UNKNOWN, type PropertyMap } from "../provider.ts";
import type { Actions } from "./actions.ts";
import { bridge } from "./bridge.ts";
import type { ResourceSchema } from "./schema.ts";
import { harness } from "./testing/harness.ts";

const THING = "test:index:Thing";
const schema: ResourceSchema = {
  type: THING,
  bridge: "sdk",
  properties: {
    size: { kind: "integer" },
    wait: { kind: "string", default: "1m0s" },
    tags: { kind: { set: "string" } },
    address: { kind: "string", outputOnly: true },
  },
};

function provider(actions: Partial<Actions>) {
  const load = vi.fn(async (): Promise<Actions> => ({
    create: async (_call, inputs) => ({ id: "7", outputs: { ...inputs, address: "here" } }),
    ...actions,
  }));
  return {
    load,
    provider: bridge({ name: "test", version: "1.2.3", types: [{ schema, actions: load }] }),
  };
}

test("checking, comparing and previewing load no code that acts", async () => {
  const { load, provider: tested } = provider({});
  const { diff, create, newCall } = harness(tested);
  const made = await create(THING, "a", { size: 1 });
  load.mockClear();
  expect((await diff(made, { size: 2 })).changed).toEqual(["size"]);
  const call = newCall(THING, "a");
  const planned = await tested.create({ ...call, inputs: { size: 1 }, preview: true });
  const outputs = { size: 1, wait: "1m0s", tags: [], address: UNKNOWN, id: UNKNOWN };
  expect(planned).toEqual({ id: "", outputs });
  const updated = await tested.update({
    ...call,
    id: "7",
    oldInputs: made.inputs,
    oldOutputs: made.outputs,
    newInputs: { size: 2 },
    preview: true,
  });
  expect(updated.outputs).toMatchObject({ size: 2, address: "here", id: "7" });
  expect(load).not.toHaveBeenCalled();
});

describe("read", () => {
  const seen = (outputs: PropertyMap | undefined) =>
    harness(provider({ read: async () => outputs }).provider);

  test("gives the inputs that the program gave the values of now", async () => {
    const { create, read } = seen({ size: 5, wait: "1m0s", tags: ["b", "a"], address: "there" });
    const made = await create(THING, "a", { size: 1, tags: ["a", "b"] });
    expect(await read(made)).toEqual({
      id: "7",
      inputs: { size: 5, wait: "1m0s", tags: ["a", "b"], __defaults: ["wait"] },
      outputs: { size: 5, wait: "1m0s", tags: ["a", "b"], address: "there", id: "7" },
    });
  });

  test("says when the object is gone", async () => {
    const { create, read } = seen(undefined);
    expect(await read(await create(THING, "a", {}))).toBeUndefined();
  });
});

test("types and functions that are not there are refused by name", async () => {
  const { provider: tested } = provider({});
  expect(() => tested.secretOutputs("test:index:Other")).toThrow(
    /test:index:Other is not supported.*it has: test:index:Thing/,
  );
  await expect(tested.invoke("test:index:getThing", {})).rejects.toThrow(/test:index:getThing/);
});
