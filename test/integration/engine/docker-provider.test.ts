import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../engine/src/provider.ts";
import { loadProvider } from "../../../engine/src/providers/index.ts";
import { harness, type Made } from "../../../engine/src/providers/testing/harness.ts";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";
const IMAGE = "docker:index/remoteImage:RemoteImage";
const image = "debian:trixie-slim";

const prefix = `synfleet-provider-test-${randomBytes(4).toString("hex")}`;
const labels = [{ label: "synfleet.test", value: prefix }];
const filters = { label: [`synfleet.test=${prefix}`] };

const docker = new Docker();
const provider = await loadProvider("docker");
const { create, diff, read, remove, update } = harness(provider, randomBytes(32));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function cleanUp(): Promise<void> {
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes)
    await docker.getVolume(Name).remove();
}

let network: Made;
let volume: Made;
let port: number;

beforeAll(async () => {
  await provider.configure({});
  network = await create(NETWORK, "network", { name: prefix, labels });
  volume = await create(VOLUME, "volume", { name: prefix, labels });
  port = await freePort();
});
afterAll(cleanUp);

/** What Synfleet asks of a container that serves. */
const serving = (): PropertyMap => ({
  name: `${prefix}-serving`,
  image,
  networksAdvanced: [{ name: network.id, aliases: ["postgres1", "db"] }],
  restart: "unless-stopped",
  readOnly: true,
  tmpfs: { "/tmp": "size=16m,mode=1777", "/run": "" },
  volumes: [
    { volumeName: volume.id, containerPath: "/var/lib/synfleet" },
    { volumeName: volume.id, containerPath: "/etc/synfleet", readOnly: true },
  ],
  ports: [{ internal: 8080, external: port, ip: "127.0.0.1" }],
  healthcheck: {
    tests: ["CMD", "true"],
    interval: "1s",
    timeout: "5s",
    retries: 3,
    startPeriod: "60s",
  },
  wait: true,
  memory: 64,
  memorySwap: 64,
  cpus: "0.5",
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
  labels,
  user: "10001:10001",
  command: ["sleep", "1000"],
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges"],
  destroyGraceSeconds: 5,
  stopTimeout: 30,
  shmSize: 128,
  init: true,
});

/** The rest of what the provider renders. */
const unusual = (): PropertyMap => ({
  name: `${prefix}-unusual`,
  image,
  entrypoints: ["/usr/bin/env"],
  command: ["sleep", "1000"],
  envs: ["A=b", "C=d"],
  labels,
  cpuShares: 512,
  ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }],
  hosts: [{ host: "other", ip: "10.0.0.1" }],
  uploads: [{ file: "/etc/synfleet.conf", content: "hello", permissions: "0400" }],
  mounts: [
    { type: "volume", target: "/data", source: volume.id },
    { type: "tmpfs", target: "/scratch", tmpfsOptions: { sizeBytes: 1048576, mode: 448 } },
  ],
  dns: ["10.9.9.9"],
  sysctls: { "net.core.somaxconn": "256" },
  restart: "on-failure",
  maxRetryCount: 3,
  workingDir: "/tmp",
  stopSignal: "SIGINT",
  hostname: "unusual",
  groupAdds: ["20"],
  stdinOpen: true,
  ports: [{ internal: 80, ip: "127.0.0.1" }],
});

const oneShot = (): PropertyMap => ({
  name: `${prefix}-once`,
  image,
  command: ["sh", "-c", "echo done; exit 3"],
  labels,
  mustRun: false,
  attach: true,
  logs: true,
  restart: "no",
  networkMode: "none",
});

describe("a container", () => {
  test.each([
    ["that serves", serving],
    ["with unusual settings", unusual],
    ["that runs once", oneShot],
  ])("%s is made, reads back without a difference, and goes", async (_name, shape) => {
    const made = await create(CONTAINER, "c", shape());
    expect((await diff(made, shape())).changed).toEqual([]);
    const found = (await read(made))!;
    expect(found.inputs).toEqual(made.inputs);
    expect(found.outputs).toEqual(made.outputs);
    expect(Object.values(found.outputs)).not.toContain(undefined);
    await remove(made);
    expect(await read(made)).toBeUndefined();
    await remove(made);
  });

  test("that runs once keeps its exit code and log", async () => {
    const made = await create(CONTAINER, "once", oneShot());
    expect(made.outputs).toMatchObject({ exitCode: 3, containerLogs: "done\n", mustRun: false });
    await remove(made);
  });

  test("changes its limits in place", async () => {
    const made = await create(CONTAINER, "c", serving());
    const wanted = { ...serving(), memory: 128, memorySwap: 128, restart: "always" };
    expect(await diff(made, wanted)).toMatchObject({
      changed: ["restart", "memory", "memorySwap"],
      replaced: [],
    });
    const updated = await update(made, wanted);
    expect(updated.outputs).toMatchObject({ memory: 128, memorySwap: 128, restart: "always" });
    const { HostConfig, State } = await docker.getContainer(made.id).inspect();
    expect(HostConfig.Memory).toBe(128 * 1024 * 1024);
    expect(State.Running).toBe(true);
    expect((await diff(updated, wanted)).changed).toEqual([]);
    await remove(updated);
  });

  test("changes its memory when it has no swap setting of its own", async () => {
    const shape = { name: `${prefix}-memory`, image, labels, command: ["sleep", "99"], memory: 64 };
    const made = await create(CONTAINER, "memory", shape);
    expect((await diff(made, shape)).changed).toEqual([]);
    const updated = await update(made, { ...shape, memory: 256 });
    expect((await diff(updated, { ...shape, memory: 256 })).changed).toEqual([]);
    expect((await read(updated))!.outputs).toBe(updated.outputs);
    await remove(updated);
  });

  test("that stopped is seen and started again", async () => {
    const made = await create(CONTAINER, "c", serving());
    await docker.getContainer(made.id).stop({ t: 0 });
    const found = (await read(made))!;
    expect(found.outputs).toMatchObject({ mustRun: false });
    const stopped = { ...made, ...found };
    expect(await diff(stopped, serving())).toMatchObject({ changed: ["mustRun"], replaced: [] });
    const updated = await update(stopped, serving());
    expect(updated.outputs).toMatchObject({ mustRun: true });
    expect((await docker.getContainer(made.id).inspect()).State.Running).toBe(true);
    await remove(updated);
  });

  test("gets its files, with their modes", async () => {
    const made = await create(CONTAINER, "c", unusual());
    const exec = await docker
      .getContainer(made.id)
      .exec({ Cmd: ["stat", "-c", "%a %s", "/etc/synfleet.conf"], AttachStdout: true });
    const stream = await exec.start({});
    const output = await new Promise<string>((resolve) => {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.subarray(8).toString()));
      stream.on("end", () => resolve(text.trim()));
    });
    expect(output).toBe("400 5");
    await remove(made);
  });
});

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

  test("one that a killed run of the same resource left makes way", async () => {
    const shape = {
      name: `${prefix}-again`,
      image,
      labels,
      command: ["sleep", "99"],
      destroyGraceSeconds: 0,
    };
    const first = await create(CONTAINER, "again", shape);
    const second = await create(CONTAINER, "again", shape);
    expect(second.id).not.toBe(first.id);
    expect(await read(first)).toBeUndefined();
    await remove(second);
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
    for (const made of [network, volume]) {
      const { name } = made.inputs;
      expect((await diff(made, { name: name!, labels })).changed).toEqual([]);
      expect(await read(made)).toEqual({ id: made.id, inputs: made.inputs, outputs: made.outputs });
    }
  });

  test("a chosen subnet, and what a killed run left is taken over", async () => {
    const shape = {
      name: `${prefix}-subnet`,
      labels,
      internal: true,
      ipamConfigs: [{ subnet: "198.18.77.0/24" }],
    };
    const made = await create(NETWORK, "subnet", shape);
    expect((await diff(made, shape)).changed).toEqual([]);
    expect((await create(NETWORK, "subnet", shape)).id).toBe(made.id);
    await expect(create(NETWORK, "subnet", { ...shape, internal: false })).rejects.toThrow(
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

test("an image that is there is kept when it goes", async () => {
  const made = await create(IMAGE, "image", { name: image, keepLocally: true });
  const { Id } = await docker.getImage(image).inspect();
  expect(made.id).toBe(Id + image);
  expect(made.outputs).toMatchObject({ imageId: Id, name: image, build: null, platform: null });
  expect((await diff(made, { name: image, keepLocally: true })).changed).toEqual([]);
  await remove(made);
  expect((await docker.getImage(image).inspect()).Id).toBe(Id);
});
