import { beforeAll, describe, expect, test } from "vitest";
import { imagesOf } from "../commands/support/images.ts";
import { DockerPlatform } from "../components/platform/docker/docker.ts";
import { parseSettings } from "../settings/read.ts";
import type { SynapSettings, SynaxicSettings } from "../settings/settings.ts";
import {
  deploy,
  providerOutputs,
  type Registered,
  ofType,
  withOpenSecrets,
} from "../test/support/deploy.ts";
import { Synap, synapPlacement } from "./synap.ts";
import { Synaxic } from "./synaxic.ts";
import { synaxicPlacement } from "./synaxic-watch.ts";

const render = {
  synaxic(given: object = {}) {
    const settings = parseSettings({ system: "synaxic", ...given }) as SynaxicSettings;
    return deploy(
      () => {
        const args = { ...settings, prefix: settings.name };
        const placed = synaxicPlacement(settings.hosts, settings);
        new Synaxic("synaxic", {
          ...settings,
          platform: new DockerPlatform("platform", args, placed),
        });
      },
      { outputs: providerOutputs },
    );
  },
  synap(given: object = {}) {
    const settings = parseSettings({ system: "synap", ...given }) as SynapSettings;
    return deploy(
      () => {
        const args = { ...settings, prefix: settings.name };
        const placed = synapPlacement(settings.hosts, settings);
        new Synap("synap", { ...settings, platform: new DockerPlatform("platform", args, placed) });
      },
      { outputs: providerOutputs },
    );
  },
};

const containers = (resources: Registered[]) =>
  ofType(resources, "Container")
    .map(({ name }) => name)
    .sort();
const published = (resources: Registered[]) =>
  ofType(resources, "Container")
    .flatMap(({ inputs }) => inputs["ports"] as { external: number }[])
    .map(({ external }) => external)
    .sort((a, b) => a - b);
const stages = (resources: Registered[]) => [
  ...new Set(
    ofType(resources, "Container").map(
      ({ inputs }) => /^synfleet\/(.*):/.exec(String(inputs["image"]))![1]!,
    ),
  ),
];
const three = ["main", "replica1", "replica2"];

describe("Synaxic on one host", () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await render.synaxic();
  });

  test("is these containers", () => {
    expect(containers(resources)).toEqual(
      [
        ...["balancer", "proxy", "prometheus", "node-exporter-local", "postgres-fence-local"],
        ...["etcd1", "etcd2", "etcd3", "sentinel1", "sentinel2", "sentinel3"],
        ...three.flatMap((member) => [
          ...[`postgres-${member}`, `redis-${member}`, `app-${member}`],
          ...[`postgres-exporter-${member}`, `redis-exporter-${member}`],
        ]),
      ].sort(),
    );
  });

  test("publishes the shared parts' ports, and a member's only where it is asked for", async () => {
    const shared = [5001, 5002, 6380, 8080, 8404, 8443, 9090];
    expect(published(resources)).toEqual(shared);
    const members = [
      { name: "main", postgresPort: 5432 },
      { name: "replica1", redisPort: 6381 },
    ];
    const etcd = [{ name: "etcd1" }];
    expect(published(await render.synaxic({ members, etcd, sentinels: [] }))).toEqual(
      [...shared, 5432, 6381].sort((a, b) => a - b),
    );
  });

  test("stays small enough for a state that is rewritten at each step", () => {
    expect(resources.length).toBeLessThan(290);
  });

  test("has every key and password among the secrets of its files, and none elsewhere", () => {
    expect(withOpenSecrets(resources)).toEqual([]);
  });

  test("runs the images that are built for it", () => {
    expect(stages(resources).sort()).toEqual([...imagesOf.synaxic].sort());
  });

  test("runs another's app, with the passwords in files", async () => {
    const app = {
      program: "image",
      image: "shop/app:1",
      port: 3000,
      user: 1001,
      environment: { A: "b" },
    };
    const other = ofType(await render.synaxic({ app }), "Container").find(
      ({ name }) => name === "app-main",
    )!;
    expect(other.inputs).toMatchObject({ image: "shop/app:1", user: "1001:1001", envs: ["A=b"] });
  });
});

describe("Synap on one host", () => {
  test("is these containers, of images that are built for it", async () => {
    const resources = await render.synap();
    const shared = ["balancer", "node-exporter-local", "prometheus"];
    expect(containers(resources)).toEqual([...shared, "synap1", "synap2", "synap3"]);
    expect(stages(resources).sort()).toEqual([...imagesOf.synap].sort());
    expect(published(resources)).toEqual([8404, 9090, 15500, 15510]);
  });

  test("is one server when there is one member", async () => {
    const resources = await render.synap({ members: [{ name: "store" }] });
    expect(containers(resources)).toContain("store");
  });
});
