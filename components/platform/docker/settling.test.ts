import { expect, test } from "vitest";
import { deploy } from "../../../test/support/deploy.ts";
import type { WorkloadSpec } from "../platform.ts";
import { DockerPlatform } from "./docker.ts";
import { awaitEnd, runAgain } from "./scripts.ts";

const spec = (alias: string, setting: string): WorkloadSpec => ({
  alias,
  host: "local",
  image: { reference: "example/server:1" },
  files: { "server.conf": { content: setting } },
  volumes: [],
  ports: [],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 30,
  health: [],
});

/** How the end of a one-shot is waited for that starts after others. */
async function waiting(setting: string, after: readonly string[]) {
  const hosts = [{ name: "local", engine: "unix:///var/run/docker.sock" }];
  const resources = await deploy(() => {
    const placed = { alpha: "local", beta: "local", init: "local" };
    const platform = new DockerPlatform("platform", { hosts, prefix: "orders" }, placed);
    const dependsOn = after.map(
      (alias) => platform.workload(alias, spec(alias, "a"), { parent: platform }).started,
    );
    const once = { ...spec("init", setting), oneShot: true };
    platform.workload("init", once, { parent: platform, dependsOn });
  });
  return resources.find(({ name }) => name === "init-settled")!.inputs as Record<string, unknown>;
}

test("a one-shot runs again when its files change, or what it waits for is another or more", async () => {
  const inputs = await waiting("a", ["alpha"]);
  expect(inputs).toMatchObject({ create: awaitEnd, update: runAgain });
  const first = JSON.stringify(inputs["environment"]);
  const environment = async (setting: string, after: readonly string[]) =>
    JSON.stringify((await waiting(setting, after))["environment"]);
  expect(await environment("a", ["alpha"])).toBe(first);
  expect(await environment("b", ["alpha"])).not.toBe(first);
  expect(await environment("a", ["beta"])).not.toBe(first);
  expect(await environment("a", ["alpha", "beta"])).not.toBe(first);
});
