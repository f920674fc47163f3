import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../engine/src/provider.ts";
import type { Made } from "../../../engine/src/providers/testing/harness.ts";
import { freePorts } from "../../support/ports.ts";
import { CONTAINER, dockerLab, NETWORK, VOLUME } from "./docker-lab.ts";

const lab = await dockerLab();
const { create, diff, docker, image, labels, prefix, read, remove, update } = lab;

let network: Made;
let volume: Made;
let port: number;

beforeAll(async () => {
  network = await create(NETWORK, "network", { name: prefix, labels });
  volume = await create(VOLUME, "volume", { name: prefix, labels });
  [port] = (await freePorts(1)) as [number];
});
afterAll(() => lab.cleanUp());

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
