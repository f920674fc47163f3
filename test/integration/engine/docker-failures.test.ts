import { afterAll, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../engine/src/provider.ts";
import { CONTAINER, dockerLab, IMAGE, NETWORK, VOLUME } from "./docker-lab.ts";

const lab = await dockerLab();
const { create, diff, discard, docker, image, labels, prefix, read, remove } = lab;

afterAll(() => lab.cleanUp());

describe("a container that cannot come up is removed, and the error tells why", () => {
  const exists = async (name: string) =>
    (await docker.listContainers({ all: true, filters: { name: [name] } })).length > 0;

  test.each<[string, PropertyMap, RegExp]>([
    ["no such program", { command: ["/nope"] }, /"?\/nope"?: .*no such file.*it was removed again/],
    [
      "unhealthy",
      {
        command: ["sleep", "9"],
        wait: true,
        waitTimeout: 1,
        healthcheck: { tests: ["CMD", "false"], interval: "1s" },
      },
      /was not healthy within waitTimeout \(1 s\)/,
    ],
    [
      "ends while it is waited for",
      {
        command: ["sh", "-c", "echo oops; exit 7"],
        wait: true,
        healthcheck: { tests: ["CMD", "true"], interval: "9s" },
      },
      /ended before it was healthy.*ended with code 7; its log ends:\noops/s,
    ],
    [
      "no such network",
      { networksAdvanced: [{ name: "synfleet-none" }] },
      /network synfleet-none.*it was removed again/,
    ],
  ])("%s", async (_case, change, message) => {
    const name = `${prefix}-bad`;
    await expect(create(CONTAINER, "bad", { name, image, labels, ...change })).rejects.toThrow(
      message,
    );
    expect(await exists(name)).toBe(false);
  });

  test("a name that another holds is left alone", async () => {
    const other = await docker.createContainer({
      name: `${prefix}-other`,
      Image: image,
      Labels: { "synfleet.test": prefix },
    });
    await expect(
      create(CONTAINER, "c", { name: `${prefix}-other`, image, labels }),
    ).rejects.toThrow(/could not be made: .*already in use/);
    await other.remove();
  });

  test("an image that is nowhere", async () => {
    const missing = "localhost:1/synfleet-none:1";
    await expect(create(CONTAINER, "c", { name: `${prefix}-x`, image: missing })).rejects.toThrow(
      /image localhost:1\/synfleet-none:1 is not on the Docker host and could not be pulled/,
    );
  });
});

describe("networks and volumes", () => {
  test("read back without a difference", async () => {
    for (const type of [NETWORK, VOLUME]) {
      const made = await create(type, "plain", { name: `${prefix}-plain`, labels });
      expect((await diff(made, { name: `${prefix}-plain`, labels })).changed).toEqual([]);
      const seen = await read(made);
      expect(seen).toMatchObject({ id: made.id, inputs: made.inputs });
      // The reference too makes empty maps of none when it reads, and takes that for no change.
      const outputs = { ...made.outputs };
      for (const [key, value] of Object.entries(seen!.outputs))
        if (outputs[key] === null && JSON.stringify(value) === "{}") outputs[key] = {};
      expect(seen!.outputs).toEqual(outputs);
      const again = { ...made, outputs: seen!.outputs };
      expect((await diff(again, { name: `${prefix}-plain`, labels })).changed).toEqual([]);
    }
  });

  test("a chosen subnet", async () => {
    const shape = {
      name: `${prefix}-subnet`,
      labels,
      internal: true,
      ipamConfigs: [{ subnet: "198.18.77.0/24" }],
    };
    const made = await create(NETWORK, "subnet", shape);
    expect((await diff(made, shape)).changed).toEqual([]);
    await expect(create(NETWORK, "subnet", shape)).rejects.toThrow(
      /could not be made: .*already exists/,
    );
    await remove(made);
    expect(await read(made)).toBeUndefined();
    await remove(made);
  });

  test("a network waits for a container that is still leaving", async () => {
    const made = await create(NETWORK, "busy", { name: `${prefix}-busy`, labels });
    const user = await create(CONTAINER, "user", {
      name: `${prefix}-user`,
      image,
      labels,
      command: ["sleep", "99"],
      networksAdvanced: [{ name: made.id }],
    });
    const removing = remove(made);
    await remove(user);
    await removing;
    expect(await read(made)).toBeUndefined();
  });
});

describe("what an interrupted creation made", () => {
  const shapes: Record<string, PropertyMap> = {
    [CONTAINER]: { image, command: ["sleep", "99"], destroyGraceSeconds: 0 },
    [NETWORK]: {},
    [VOLUME]: {},
  };
  test.each(Object.entries(shapes))("%s goes unless it was there before", async (type, shape) => {
    const before = new Date();
    const made = await create(type, "left", { name: `${prefix}-left`, labels, ...shape });
    const later = new Date(Date.now() + 5000);
    expect(await discard(made, later)).toBeUndefined();
    expect(await read(made)).toBeDefined();
    expect(await discard(made, before)).toContain(`${prefix}-left`);
    expect(await read(made)).toBeUndefined();
    expect(await discard(made, before)).toBeUndefined();
  });

  test("a container of another resource stays", async () => {
    const before = new Date();
    const made = await create(CONTAINER, "one", {
      name: `${prefix}-one`,
      labels,
      ...shapes[CONTAINER],
    });
    const call = { ...made.call, urn: `${made.call.urn}-other` };
    expect(await discard({ ...made, call }, before)).toBeUndefined();
    await remove(made);
  });

  test("an image stays", async () => {
    const made = await create(IMAGE, "image", { name: image, keepLocally: true });
    expect(await discard(made, new Date(0))).toBeUndefined();
    expect(await read(made)).toBeDefined();
  });
});

test("an image that is there is kept when it goes", async () => {
  const made = await create(IMAGE, "image", { name: image, keepLocally: true });
  const { Id } = await docker.getImage(image).inspect();
  expect(made.id).toBe(Id + image);
  expect(made.outputs).toMatchObject({ imageId: Id, name: image, build: null, platform: null });
  expect((await diff(made, { name: image, keepLocally: true })).changed).toEqual([]);
  await remove(made);
  expect((await docker.getImage(image).inspect()).Id).toBe(Id);
});
