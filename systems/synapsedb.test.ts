import { beforeAll, describe, expect, test } from "vitest";
import { DockerPlatform } from "../components/platform/docker/docker.ts";
import { parseSettings } from "../settings/read.ts";
import type { SynapseDBSettings } from "../settings/settings.ts";
import {
  deploy,
  plain,
  providerOutputs,
  type Registered,
  ofType,
  withOpenSecrets,
} from "../test/support/deploy.ts";
import { placement, SynapseDB } from "./synapsedb.ts";

async function render(given: object = {}): Promise<Registered[]> {
  const settings = parseSettings(given) as SynapseDBSettings;
  return deploy(
    () => {
      const args = { ...settings, prefix: settings.name };
      const platform = new DockerPlatform("platform", args, placement(settings.hosts, settings));
      new SynapseDB("synapsedb", { ...settings, platform });
    },
    { outputs: providerOutputs },
  );
}

describe("SynapseDB on one host", () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await render();
  });

  test("is these containers", () => {
    expect(
      ofType(resources, "Container")
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      "balancer",
      ...["etcd1", "etcd2", "etcd3"],
      "init",
      ...["manager1", "manager2", "manager3"],
      "node-exporter-local",
      ...["postgres-exporter1", "postgres-exporter2", "postgres-exporter3"],
      ...["postgres1", "postgres2", "postgres3"],
      "prometheus",
    ]);
  });

  test("has the guide's ports, on the loopback address", () => {
    const published = ofType(resources, "Container").flatMap(
      ({ inputs }) => inputs["ports"] as any[],
    );
    expect(published.map(({ external }) => external).sort((a, b) => a - b)).toEqual([
      5001, 5002, 5432, 5433, 5434, 8080, 8084, 8088, 8404, 9090,
    ]);
    expect(new Set(published.map(({ ip }) => ip))).toEqual(new Set(["127.0.0.1"]));
  });

  test("stays small enough for a state that is rewritten at each step", () => {
    expect(resources.length).toBeLessThan(250);
  });

  test("has every key and password among the secrets of its files, and none elsewhere", () => {
    expect(withOpenSecrets(resources)).toEqual([]);
  });

  test("gates each member on the others being ready", () => {
    const files = ofType(resources, "Command").find(({ name }) => name === "postgres2-files")!;
    expect(
      plain(files.inputs["environment"])
        .PEERS.split(" ")
        .map((peer: string) => peer.split(",")[0]),
    ).toEqual(["synapsedb-postgres1", "synapsedb-postgres3"]);
  });

  test("runs Grafana when it is wanted", async () => {
    const names = ofType(await render({ grafana: true }), "Container").map(({ name }) => name);
    expect(names).toContain("grafana");
  });
});

describe("SynapseDB on several hosts", () => {
  const hosts = ["alpha", "beta", "gamma"].map((name, index) => ({
    name,
    engine: `ssh://root@10.0.1.1${index}`,
    address: `10.0.1.1${index}`,
  }));
  const given = {
    topology: "several-hosts",
    hosts,
    members: hosts.map(({ name }, index) => ({ name: `postgres${index + 1}`, host: name })),
    etcd: hosts.map(({ name }, index) => ({ name: `etcd${index + 1}`, host: name })),
    protectVolumes: true,
  };

  test("puts each container on its host by that host's own provider", async () => {
    const containers = ofType(await render(given), "Container");
    const providers = Object.fromEntries(
      containers.map(({ name, provider }) => [name, provider.split("::")[3]]),
    );
    expect(providers["postgres1"]).toBe("platform-alpha");
    expect(providers["postgres3"]).toBe("platform-gamma");
    expect(providers["manager2"]).toBe("platform-beta");
    expect(providers["balancer"]).toBe("platform-alpha");
  });
});
