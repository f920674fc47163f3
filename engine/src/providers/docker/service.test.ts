import { describe, expect, test } from "vitest";
import type { PropertyMap } from "../../provider.ts";
import { knownOutputs } from "../outputs.ts";
import { harness, type Made } from "../testing/harness.ts";
import { dockerProvider } from "./provider.ts";
import { serviceBody } from "./service-body.ts";
import { serviceSchema } from "./service-schema.ts";
import { serviceOutputs } from "./service-state.ts";

const SERVICE = "docker:index/service:Service";
const CONFIG = "docker:index/serviceConfig:ServiceConfig";
const { check, diff, newCall } = harness(dockerProvider({}));

const containerSpec: PropertyMap = {
  image: "i:1",
  args: ["run"],
  env: { A: "1=2" },
  user: "10001:10001",
  readOnly: true,
  stopGracePeriod: "90s",
  capDrops: ["ALL"],
  mounts: [
    { type: "tmpfs", target: "/tmp", tmpfsOptions: { sizeBytes: 1024, mode: 0o777 } },
    { type: "volume", target: "/data", source: "data" },
  ],
  healthcheck: { tests: ["CMD", "ok"], interval: "10s", startPeriod: "1m" },
  configs: [{ configId: "c1", configName: "a-1", fileName: "/etc/a", fileMode: 0o444 }],
  secrets: [{ secretId: "s1", fileName: "/etc/key", fileUid: "10001", fileMode: 0o400 }],
};
const taskSpec: PropertyMap = {
  containerSpec,
  resources: { limits: { memoryBytes: 1024, nanoCpus: 5 } },
  restartPolicy: { condition: "any", delay: "5s", maxAttempts: 0, window: "0s" },
  placement: { constraints: ["node.labels.b==2", "node.labels.a==1"] },
  networksAdvanceds: [{ id: "n1", aliases: ["web", "also"] }],
};
const service: PropertyMap = {
  name: "web",
  labels: [{ label: "l", value: "1" }],
  taskSpec,
  mode: { replicated: { replicas: 1 } },
  updateConfig: { failureAction: "rollback", monitor: "1m", maxFailureRatio: "0" },
  endpointSpec: {
    mode: "dnsrr",
    ports: [{ targetPort: 80, publishedPort: 81, publishMode: "host" }],
  },
};

/** A state as it is after a creation: what Docker tells of the specification that it was given. */
async function made(news: PropertyMap): Promise<Made> {
  const { inputs, failures } = await check(SERVICE, "web", news);
  expect(failures).toEqual([]);
  const info = { ID: "1", Spec: serviceBody(inputs), Endpoint: { Spec: {} } };
  const outputs = serviceOutputs(knownOutputs(serviceSchema, inputs), info);
  return { call: newCall(SERVICE, "web"), id: "1", inputs, outputs, log: [] };
}
const container = (changes: PropertyMap): PropertyMap => ({
  ...service,
  taskSpec: { ...taskSpec, containerSpec: { ...containerSpec, ...changes } },
});
const task = (changes: PropertyMap): PropertyMap => ({
  ...service,
  taskSpec: { ...taskSpec, ...changes },
});

describe("Service", () => {
  test("as Docker takes it", async () => {
    const { inputs } = await check(SERVICE, "web", service);
    expect(serviceBody(inputs)).toMatchSnapshot();
  });

  test("what Docker tells of it is what was asked for, whatever the spelling and order", async () => {
    const { outputs, ...rest } = await made(service);
    expect(await diff({ outputs, ...rest }, service)).toEqual({ changed: [], replaced: [] });
    expect(outputs).toMatchObject({
      updateConfig: { maxFailureRatio: "0.0", monitor: "1m", order: "stop-first" },
      taskSpec: {
        containerSpec: { stopGracePeriod: "1m30s", env: { A: "1=2" }, sysctl: {} },
        placement: { constraints: ["node.labels.a==1", "node.labels.b==2"] },
      },
    });
  });

  test.each<[string, PropertyMap, string]>([
    ["an image", container({ image: "i:2" }), "taskSpec.containerSpec.image"],
    [
      "a secret",
      container({ secrets: [{ secretId: "s2", fileName: "/etc/key", fileUid: "10001" }] }),
      "taskSpec.containerSpec.secrets[0].secretId",
    ],
    [
      "a limit",
      task({ resources: { limits: { memoryBytes: 2048, nanoCpus: 5 } } }),
      "taskSpec.resources.limits.memoryBytes",
    ],
    [
      "a placement",
      task({ placement: { constraints: ["node.labels.a==1"] } }),
      "taskSpec.placement.constraints[1]",
    ],
  ])("%s changes in place", async (_, news, path) => {
    const { changed, replaced } = await diff(await made(service), news);
    expect(changed).toContain(path);
    expect(replaced).toEqual([]);
  });

  test.each<[string, PropertyMap, string]>([
    [
      "a network",
      task({ networksAdvanceds: [{ id: "n2", aliases: ["web", "also"] }] }),
      "taskSpec.networksAdvanceds[0].id",
    ],
    [
      "a line of /etc/hosts",
      container({ hosts: [{ ip: "192.0.2.1", host: "a" }] }),
      "taskSpec.containerSpec.hosts[0]",
    ],
    ["a name", { ...service, name: "site" }, "name"],
    ["a mode", { ...service, mode: { global: true } }, "mode.global"],
  ])("%s replaces it", async (_, news, path) => {
    const { replaced } = await diff(await made(service), news);
    expect(replaced).toContain(path);
  });

  test.each<[string, PropertyMap, string]>([
    ["auth", { ...service, auth: { serverAddress: "r" } }, "auth"],
    ["waiting", { ...service, convergeConfig: { timeout: "3m" } }, "convergeConfig"],
  ])("refuses %s, which it does not do", async (_, news, property) => {
    const { failures } = await check(SERVICE, "web", news);
    expect(failures).toEqual([
      { property, reason: expect.stringContaining("not supported by the offline engine") },
    ]);
  });
});

test.each([
  ["nothing", {}],
  ["both", { data: "YQ==", dataRaw: "a" }],
])("a config with %s is refused", async (_, news) => {
  const { failures } = await check(CONFIG, "a", { name: "a", ...news });
  expect(failures.map(({ property }) => property)).toEqual(["data"]);
});
