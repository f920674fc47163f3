import { afterAll, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../engine/src/provider.ts";
import { at, listAt, nameOf, textAt } from "../../engine/src/providers/kubernetes/objects.ts";
import { cluster, CONFIG_MAP, DEFINITION, newLab, SECRET } from "./lab.ts";

const lab = await newLab();
const { create, diff, drift, live, namespace, newCall, object, provider, read, remove, update } =
  lab;
afterAll(() => lab.cleanUp());

const config = (data: PropertyMap, metadata: PropertyMap = {}): PropertyMap =>
  object(CONFIG_MAP, metadata, { data });
const managersOf = async (name: string): Promise<string[]> =>
  listAt(await live(CONFIG_MAP, name), "metadata", "managedFields").map(
    (entry) =>
      `${textAt(entry, "manager").replace(/-[0-9a-f]{8}$/, "-N")} ${textAt(entry, "operation")}`,
  );

describe.concurrent("an object's life", () => {
  test("made with a name of its own, changed by server-side apply, read, removed", async () => {
    const made = await create(CONFIG_MAP, "settings", config({ a: "1" }));
    const name = nameOf(made.outputs);
    expect(made.id).toBe(`${namespace}/${name}`);
    expect(name).toMatch(/^settings-[0-9a-f]{8}$/);
    expect(made.outputs).toMatchObject({
      data: { a: "1" },
      __initialApiVersion: "v1",
      __inputs: made.inputs,
      __fieldManager: expect.stringMatching(/^pulumi-kubernetes-[0-9a-f]{8}$/),
    });
    expect(await managersOf(name)).toEqual(["pulumi-kubernetes Update"]);

    const wanted = config({ a: "1" }, { labels: { colour: "red" } });
    expect(await diff(made, wanted)).toMatchObject({ changed: ["metadata.labels"], replaced: [] });
    const changed = await update(made, wanted);
    expect(changed.outputs["metadata"]).toMatchObject({ labels: { colour: "red" } });
    expect(await managersOf(name)).toEqual(["pulumi-kubernetes-N Apply"]);
    expect((await diff(changed, wanted)).changed).toEqual([]);
    expect(await read(changed)).toMatchObject({ id: made.id, inputs: changed.inputs });

    const bare = await update(changed, config({ a: "1" }));
    expect(at(bare.outputs, "metadata", "labels")).toBeUndefined();
    await remove(bare);
    expect(await read(bare)).toBeUndefined();
    await remove(bare);
  });

  test("drift is seen by a read and undone by an update", async () => {
    const made = await create(CONFIG_MAP, "drift", config({}, { labels: { colour: "green" } }));
    const patch = { op: "replace", path: "/metadata/labels/colour", value: "black" };
    await drift(made.outputs, nameOf(made.outputs), [patch]);
    const seen = await read(made);
    expect(at(seen!.inputs, "metadata", "labels")).toEqual({ colour: "black" });
    const wanted = config({}, { labels: { colour: "green" } });
    const after = { ...made, ...seen! };
    expect((await diff(after, wanted)).changed).toEqual(["metadata.labels.colour"]);
    // Whoever changed it owns the field now: taking it back is a conflict unless it is forced.
    await expect(update(after, wanted)).rejects.toThrow(/apply conflict/);
    const forced = config(
      {},
      { ...(wanted["metadata"] as object), annotations: { "pulumi.com/patchForce": "true" } },
    );
    const back = await update(after, forced);
    expect(at(back.outputs, "metadata", "labels")).toEqual({ colour: "green" });
  });

  test("a field whose changes are ignored stays with who owns it", async () => {
    const inputs = config({ a: "1", b: "1" });
    const made = await create(CONFIG_MAP, "ignored", inputs);
    const name = nameOf(made.outputs);
    await cluster.apply(object(CONFIG_MAP, { name }, { data: { a: "9" } }), name, {
      fieldManager: "other",
      isDryRun: false,
      force: true,
    });
    const { inputs: news } = await lab.check(
      CONFIG_MAP,
      "ignored",
      { ...inputs, immutable: false },
      made.inputs,
    );
    const { outputs } = await provider.update({
      ...made.call,
      id: made.id,
      oldInputs: made.inputs,
      oldOutputs: made.outputs,
      newInputs: news,
      ignoreChanges: ["data.a"],
      preview: false,
    });
    expect(outputs["data"]).toEqual({ a: "9", b: "1" });
  });

  test("a Secret's stringData is kept as data", async () => {
    const made = await create(SECRET, "s", object(SECRET, {}, { stringData: { a: "b" } }));
    expect(made.inputs["stringData"]).toBeUndefined();
    expect(made.outputs["data"]).toEqual({ a: "Yg==" });
    expect(provider.secretPaths!(made.outputs)).toEqual([["data"], ["__inputs", "data"]]);
  });

  test("what exists is imported with all that a program could say of it", async () => {
    await cluster.create(config({ a: "1" }, { name: "theirs", labels: { x: "y" } }), {
      fieldManager: "kubectl",
      isDryRun: false,
    });
    const call = newCall(CONFIG_MAP, "theirs");
    const found = await provider.read({
      ...call,
      id: `${namespace}/theirs`,
      inputs: {},
      outputs: {},
    });
    expect(found!.inputs).toEqual(config({ a: "1" }, { name: "theirs", labels: { x: "y" } }));
    expect(
      await provider.read({ ...call, id: `${namespace}/none`, inputs: {}, outputs: {} }),
    ).toBeUndefined();
  });

  test("a Patch manages its fields of another's object, and lets go of them", async () => {
    await cluster.create(config({ a: "1" }, { name: "shared" }), {
      fieldManager: "owner",
      isDryRun: false,
    });
    const PATCH = "kubernetes:core/v1:ConfigMapPatch";
    const made = await create(PATCH, "patch", config({ b: "2" }, { name: "shared" }));
    expect(at(await live(CONFIG_MAP, "shared"), "data")).toEqual({ a: "1", b: "2" });
    await remove(made);
    expect(at(await live(CONFIG_MAP, "shared"), "data")).toEqual({ a: "1" });
  });
});

describe.concurrent("a preview tries on the server without doing", () => {
  test("it tells defaults, and nothing is there after", async () => {
    const call = newCall(CONFIG_MAP, "tried");
    const { inputs } = await lab.check(CONFIG_MAP, "tried", config({ a: "1" }, { name: "tried" }));
    const { id, outputs } = await provider.create({ ...call, inputs, preview: true });
    expect(id).toBe("");
    expect(textAt(outputs, "metadata", "creationTimestamp")).not.toBe("");
    await expect(live(CONFIG_MAP, "tried")).rejects.toThrow("not found");
  });

  test("what the server would refuse fails already", async () => {
    const call = newCall(CONFIG_MAP, "bad");
    const { inputs } = await lab.check(
      CONFIG_MAP,
      "bad",
      config({ "not a key": "1" }, { name: "bad" }),
    );
    await expect(provider.create({ ...call, inputs, preview: true })).rejects.toThrow(
      /was not successfully created by the Kubernetes API server: .*Invalid value/s,
    );
  });

  test("a namespace or a kind that will only be made is no failure", async () => {
    const call = newCall(CONFIG_MAP, "later");
    const later = config({}, { namespace: "engine-not-yet", name: "x" });
    expect(await provider.create({ ...call, inputs: later, preview: true })).toEqual({
      id: "",
      outputs: later,
    });
    const custom = { apiVersion: "not-yet.example.com/v1", kind: "Later", metadata: { name: "x" } };
    const token = "kubernetes:not-yet.example.com/v1:Later";
    expect(
      await provider.create({ ...newCall(token, "x"), inputs: custom, preview: true }),
    ).toEqual({ id: "", outputs: custom });
  });
});

test("a kind that is defined a moment before is found", async () => {
  const group = `${namespace}.example.com`;
  const schema = {
    openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  };
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { plural: "gadgets", kind: "Gadget" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
  const token = `kubernetes:${group}/v1:Gadget`;
  const gadget = {
    apiVersion: `${group}/v1`,
    kind: "Gadget",
    metadata: { name: "g" },
    spec: { size: 1 },
  };
  const early = create(token, "g", gadget);
  const defined = await create(DEFINITION, "d", definition);
  const made = await early;
  expect(made.id).toBe("g");
  expect((await update(made, { ...gadget, spec: { size: 2 } })).outputs["spec"]).toEqual({
    size: 2,
  });
  await remove(defined);
  expect(await read(made)).toBeUndefined();
});
