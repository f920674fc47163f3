import type { ContainerInspectInfo } from "dockerode";
import { describe, expect, test } from "vitest";
import type { PropertyMap } from "../../provider.ts";
import { knownOutputs } from "../outputs.ts";
import { containerOutputs } from "./container-state.ts";
import { containerSchema } from "./schema.ts";

const MIB = 1024 * 1024;

interface Changes {
  readonly config?: object;
  readonly host?: object;
  readonly state?: object;
  readonly network?: object;
}

/** What Docker 20.10 tells of a container, as far as it is read. */
const inspected = ({ config, host, state, network }: Changes = {}) =>
  ({
    Id: "1",
    Name: "/web",
    Image: "sha256:1",
    Platform: "linux",
    Config: {
      Image: "i:1",
      Hostname: "1",
      Domainname: "",
      User: "",
      WorkingDir: "",
      Tty: false,
      OpenStdin: false,
      Cmd: ["run"],
      Entrypoint: null,
      ...config,
    },
    HostConfig: {
      NetworkMode: "bridge",
      RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
      LogConfig: { Type: "json-file", Config: {} },
      Runtime: "runc",
      IpcMode: "private",
      ShmSize: 64 * MIB,
      SecurityOpt: null,
      ...host,
    },
    State: { Running: true, ExitCode: 0, ...state },
    NetworkSettings: { Bridge: "", Ports: {}, Networks: {}, ...network },
  }) as unknown as ContainerInspectInfo;

const outputs = (inputs: PropertyMap, changes?: Changes) =>
  containerOutputs(
    knownOutputs(containerSchema, { name: "web", image: "i:1", networkMode: "bridge", ...inputs }),
    inspected(changes),
  );

test("everything has a value, as the reference writes it", () => {
  const all = outputs({ command: ["run"] });
  expect(Object.keys(all).sort()).toEqual(Object.keys(containerSchema.properties).sort());
  expect(all).toMatchObject({
    name: "web",
    command: ["run"],
    entrypoints: [],
    stopSignal: "",
    stopTimeout: 0,
    shmSize: 64,
    memory: 0,
    dns: null,
    hosts: [],
    mounts: [],
    logOpts: null,
    tmpfs: null,
    healthcheck: null,
    capabilities: null,
    exitCode: null,
    mustRun: true,
  });
});

describe("drift is seen", () => {
  test.each<[string, PropertyMap, Changes, PropertyMap]>([
    ["memory", { memory: 64 }, { host: { Memory: 32 * MIB } }, { memory: 32 }],
    ["restart", {}, { host: { RestartPolicy: { Name: "always" } } }, { restart: "always" }],
    ["stopped", {}, { state: { Running: false, ExitCode: 3 } }, { mustRun: false, exitCode: 3 }],
    ["user", { user: "1" }, { config: { User: "0" } }, { user: "0" }],
    [
      "ports",
      { ports: [{ internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" }] },
      {
        network: { Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "9" }], "81/tcp": null } },
      },
      { ports: [{ internal: 80, external: 9, ip: "127.0.0.1", protocol: "tcp" }] },
    ],
  ])("%s", (_name, inputs, changes, expected) => {
    expect(outputs(inputs, changes)).toMatchObject(expected);
  });
});

describe("what means the same keeps the program's form", () => {
  test.each<[string, PropertyMap, Changes]>([
    [
      "swap of Docker's own",
      { memory: 64, memorySwap: 0 },
      { host: { Memory: 64 * MIB, MemorySwap: 128 * MIB } },
    ],
    [
      "capabilities",
      { capabilities: { adds: ["CHOWN"], drops: [] } },
      { host: { CapAdd: ["CAP_CHOWN"] } },
    ],
    [
      "options that the daemon adds or never hears of",
      { securityOpts: ["systempaths=unconfined", "no-new-privileges"] },
      { host: { SecurityOpt: ["no-new-privileges", "label=disable"] } },
    ],
    [
      "published ports while stopped",
      { mustRun: false, ports: [{ internal: 80, external: 8080, ip: "0.0.0.0", protocol: "tcp" }] },
      { state: { Running: false } },
    ],
    ["CPUs", { cpus: "1.5" }, { host: { NanoCpus: 1.5e9 } }],
    ["whole CPUs", { cpus: "2.0" }, { host: { NanoCpus: 2e9 } }],
  ])("%s", (_name, inputs, changes) => {
    expect(outputs(inputs, changes)).toMatchObject(inputs);
  });

  test("a health check's times", () => {
    const Healthcheck = { Test: ["CMD", "ok"], Interval: 60e9, Retries: 3 };
    const healthcheck = { tests: ["CMD", "ok"], interval: "60s", retries: 3 };
    expect(outputs({ healthcheck }, { config: { Healthcheck } })["healthcheck"]).toEqual({
      ...healthcheck,
      timeout: "0s",
      startPeriod: "0s",
      startInterval: "0s",
    });
  });
});

test("an image given by its id is compared by its id", () => {
  expect(outputs({ image: "sha256:1" })).toMatchObject({ image: "sha256:1" });
});
