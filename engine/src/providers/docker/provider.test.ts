import { describe, expect, test, vi } from "vitest";
import { UNKNOWN, type PropertyMap } from "../../provider.ts";
import { knownOutputs } from "../outputs.ts";
import { harness, type Made } from "../testing/harness.ts";
import { dockerProvider } from "./provider.ts";
import { containerSchema, networkSchema, volumeSchema } from "./schema.ts";

// Checking and comparing must do without the client and the libraries below it.
vi.mock("dockerode", () => {
  throw new Error("dockerode was loaded");
});

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";
const { check, diff, newCall } = harness(dockerProvider({}));

const schemas = { [CONTAINER]: containerSchema, [NETWORK]: networkSchema, [VOLUME]: volumeSchema };

/** A state that is just what was asked for. */
async function state(type: keyof typeof schemas, news: PropertyMap): Promise<Made> {
  const { inputs, failures } = await check(type, "web", news);
  expect(failures).toEqual([]);
  const outputs = knownOutputs(schemas[type]!, inputs);
  return { call: newCall(type, "web"), id: "1", inputs, outputs, log: [] };
}

const container: PropertyMap = {
  name: "web",
  image: "i:1",
  networksAdvanced: [{ name: "net", aliases: ["a", "b"] }],
  restart: "unless-stopped",
  readOnly: true,
  tmpfs: { "/tmp": "" },
  volumes: [{ volumeName: "data", containerPath: "/data" }],
  ports: [{ internal: 80, external: 8080, ip: "127.0.0.1" }],
  healthcheck: { tests: ["CMD", "ok"], interval: "60s" },
  memory: 64,
  labels: [{ label: "l", value: "1" }],
  capabilities: { drops: ["ALL"] },
  command: ["run"],
};

describe("Container", () => {
  test("defaults as the reference writes them", async () => {
    const { inputs } = await check(CONTAINER, "web", {
      image: "i",
      ports: [{ internal: 80 }],
      healthcheck: { tests: ["CMD", "ok"] },
    });
    expect(inputs).toMatchObject({
      __defaults: [
        "containerReadRefreshTimeoutMilliseconds",
        "mustRun",
        "name",
        "networkMode",
        "removeVolumes",
        "restart",
        "start",
        "waitTimeout",
      ],
      ports: [{ internal: 80, ip: "0.0.0.0", protocol: "tcp", __defaults: ["ip", "protocol"] }],
      healthcheck: {
        interval: "0s",
        timeout: "0s",
        startPeriod: "0s",
        startInterval: "0s",
        __defaults: ["interval", "startInterval", "startPeriod", "timeout"],
      },
    });
  });

  test("no change, however it is spelled or ordered", async () => {
    const made = await state(CONTAINER, container);
    const again = {
      ...container,
      networksAdvanced: [{ name: "net", aliases: ["b", "a"] }],
      healthcheck: { tests: ["CMD", "ok"], interval: "1m0s", retries: 0 },
      capabilities: { drops: ["CAP_ALL"] },
      privileged: false,
      envs: [],
    };
    expect(await diff(made, again)).toEqual({ changed: [], replaced: [] });
  });

  test.each<[string, PropertyMap, string]>([
    ["memory", { memory: 128 }, "memory"],
    ["restart", { restart: "no" }, "restart"],
    ["CPU shares", { cpuShares: 512 }, "cpuShares"],
    ["grace", { destroyGraceSeconds: 5 }, "destroyGraceSeconds"],
    ["what must run", { mustRun: false }, "mustRun"],
  ])("%s changes in place", async (_name, change, path) => {
    const result = await diff(await state(CONTAINER, container), { ...container, ...change });
    expect(result).toMatchObject({ changed: [path], replaced: [] });
  });

  test.each<[string, PropertyMap, string]>([
    ["image", { image: "i:2" }, "image"],
    ["command", { command: ["stop"] }, "command[0]"],
    ["label", { labels: [{ label: "l", value: "2" }] }, "labels[0].value"],
    [
      "alias",
      { networksAdvanced: [{ name: "net", aliases: ["a"] }] },
      "networksAdvanced[0].aliases[1]",
    ],
    ["port", { ports: [{ internal: 80, external: 81, ip: "127.0.0.1" }] }, "ports[0].external"],
    ["volume", { volumes: [] }, "volumes"],
    ["tmpfs", { tmpfs: { "/tmp": "size=1m" } }, "tmpfs./tmp"],
    [
      "health check",
      { healthcheck: { tests: ["CMD", "no"], interval: "60s" } },
      "healthcheck.tests[1]",
    ],
    ["CPUs", { cpus: "1" }, "cpus"],
    ["upload", { uploads: [{ file: "/f", content: "x" }] }, "uploads[0]"],
    ["image not known yet", { image: UNKNOWN }, "image"],
  ])("%s replaces", async (_name, change, path) => {
    const result = await diff(await state(CONTAINER, container), { ...container, ...change });
    expect(result).toMatchObject({ changed: [path], replaced: [path], deleteBeforeReplace: true });
  });

  test.each<[string, PropertyMap]>([
    ["labels", { labels: null }],
    ["command", { command: null }],
    ["healthcheck", { healthcheck: null }],
  ])("%s that the program no longer mentions stay", async (_name, change) => {
    const result = await diff(await state(CONTAINER, container), { ...container, ...change });
    expect(result.changed).toEqual([]);
  });

  test("a container found stopped is a change to make it run", async () => {
    const made = await state(CONTAINER, container);
    const stopped = { ...made, outputs: { ...made.outputs, mustRun: false, exitCode: 1 } };
    expect(await diff(stopped, container)).toMatchObject({ changed: ["mustRun"], replaced: [] });
  });

  test.each<[PropertyMap, string]>([
    [{ cmd: ["x"] }, "cmd"],
    [{ gpus: "all" }, "gpus"],
    [{ restart: "sometimes" }, "restart"],
    [{ healthcheck: { interval: "10" } }, "healthcheck.interval"],
    [{ uploads: [{ file: "/f" }] }, "uploads[0]"],
    [{ volumes: [{ volumeName: "v" }] }, "volumes[0]"],
    [{ volumes: [{ containerPath: "/v", hostPath: "rel" }] }, "volumes[0].hostPath"],
    [{ bridge: "x" }, "bridge"],
  ])("%o is refused at %s", async (change, property) => {
    const { failures } = await check(CONTAINER, "web", { ...container, ...change });
    expect(failures.map((failure) => failure.property)).toEqual([property]);
  });
});

describe("Network and Volume", () => {
  test("inputs and no change", async () => {
    const network = await state(NETWORK, { labels: [{ label: "a", value: "b" }] });
    expect(network.inputs).toEqual({
      __defaults: ["ipamDriver", "name"],
      ipamDriver: "default",
      labels: [{ label: "a", value: "b", __defaults: [] }],
      name: expect.stringMatching(/^web-[0-9a-f]{7}$/) as string,
    });
    expect((await diff(network, { labels: [{ label: "a", value: "b" }] })).changed).toEqual([]);
  });

  test("every change replaces", async () => {
    const network = await state(NETWORK, { name: "n" });
    expect((await diff(network, { name: "n", internal: true })).replaced).toEqual(["internal"]);
    const subnet = { name: "n", ipamConfigs: [{ subnet: "10.1.0.0/24" }] };
    expect((await diff(network, subnet)).replaced).toEqual(["ipamConfigs[0]"]);
    const volume = await state(VOLUME, { name: "v" });
    const labels = { name: "v", labels: [{ label: "a", value: "b" }] };
    expect((await diff(volume, labels)).replaced).toEqual(["labels[0]"]);
  });
});
