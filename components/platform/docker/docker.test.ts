import { describe, expect, test } from "vitest";
import { deploy, isSecret, plain, type Registered } from "../../../test/support/deploy.ts";
import type { WorkloadSpec } from "../platform.ts";
import type { DockerPlatformArgs } from "./args.ts";
import { DockerPlatform } from "./docker.ts";

const local = { name: "local", engine: "unix:///var/run/docker.sock" };

const spec = (alias: string, changes: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
  alias,
  host: "local",
  image: { reference: "example/server:1" },
  files: {
    "server.conf": { content: "a = 1" },
    "secrets/password": { content: "hidden", secret: true },
  },
  volumes: [{ name: "data", path: "/var/lib/synfleet" }],
  ports: [{ internal: 5432, published: 5433 }, { internal: 9000 }],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 30,
  health: ["/usr/local/bin/healthy"],
  ...changes,
});

async function render(
  args: Partial<DockerPlatformArgs> = {},
  specs: readonly WorkloadSpec[] = [spec("alpha"), spec("beta", { ports: [] })],
): Promise<Registered[]> {
  const placed = Object.fromEntries(specs.map(({ alias, host }) => [alias, host]));
  return deploy(() => {
    const platform = new DockerPlatform(
      "platform",
      { hosts: [local], prefix: "orders", ...args },
      placed,
    );
    let before: ReturnType<DockerPlatform["workload"]>[] = [];
    for (const one of specs) {
      const peers = specs.filter(({ alias }) => alias !== one.alias).map(({ alias }) => alias);
      before = [platform.workload(one.alias, one, { parent: platform, after: before, peers })];
    }
  });
}

const named = (resources: Registered[], name: string, type: string) =>
  resources.find((resource) => resource.name === name && resource.type.endsWith(`:${type}`))!;

describe("a workload on Docker", () => {
  test("is two volumes, its files, the container, and the settling", async () => {
    const resources = await render({}, [spec("alpha")]);
    expect(resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual([
      "Command alpha-files",
      "Command alpha-settled",
      "Container alpha",
      "Docker platform",
      "Network platform-local",
      "Volume alpha-config",
      "Volume alpha-data",
      "docker platform-local",
    ]);
  });

  test("is hardened, limited, and published on the loopback address alone", async () => {
    const { inputs } = named(await render({}, [spec("alpha")]), "alpha", "Container");
    expect(inputs).toMatchObject({
      name: "orders-alpha",
      image: "example/server:1",
      user: "10001:10001",
      readOnly: true,
      restart: "unless-stopped",
      memory: 256,
      memorySwap: 256,
      cpus: "0.5",
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges"],
      ports: [{ internal: 5432, external: 5433, ip: "127.0.0.1", protocol: "tcp" }],
      networksAdvanced: [{ name: "orders-network", aliases: ["alpha"] }],
    });
    expect(inputs["envs"]).toBeUndefined();
    expect(inputs["uploads"]).toBeUndefined();
  });

  test("gets its files as one secret by standard input, and none by environment or argument", async () => {
    const { inputs } = named(await render({}, [spec("alpha")]), "alpha-files", "Command");
    expect(isSecret(inputs["stdin"])).toBe(true);
    expect(Buffer.from(plain(inputs["stdin"]), "base64").toString()).toContain("hidden");
    expect(
      JSON.stringify([inputs["create"], inputs["update"], inputs["environment"]]),
    ).not.toContain("hidden");
  });

  test("is not replaced when a file changes, but its files and its settling are updated", async () => {
    const before = await render({}, [spec("alpha")]);
    const after = await render({}, [
      spec("alpha", { files: { "server.conf": { content: "a = 2" } } }),
    ]);
    const inputs = (resources: Registered[], name: string, type: string) =>
      named(resources, name, type).inputs;
    expect(inputs(after, "alpha", "Container")).toEqual(inputs(before, "alpha", "Container"));
    expect(inputs(after, "alpha-files", "Command")).not.toEqual(
      inputs(before, "alpha-files", "Command"),
    );
    expect(inputs(after, "alpha-settled", "Command")).not.toEqual(
      inputs(before, "alpha-settled", "Command"),
    );
  });

  test("waits to be ready when it is alone, and not when it needs others of its set for that", async () => {
    const create = (resources: Registered[]) =>
      named(resources, "alpha-settled", "Command").inputs["create"];
    const alone = await deploy(() => {
      const platform = new DockerPlatform(
        "platform",
        { hosts: [local], prefix: "orders" },
        { alpha: "local" },
      );
      platform.workload("alpha", spec("alpha"), { parent: platform });
    });
    expect(create(alone)).toContain('await_ready "$HOST" "$CONTAINER"');
    expect(create(await render())).toBe("true");
    const member = await deploy(() => {
      const platform = new DockerPlatform(
        "platform",
        { hosts: [local], prefix: "orders" },
        { alpha: "local" },
      );
      const options = { parent: platform, peers: [], readyAlone: true };
      platform.workload("alpha", spec("alpha"), options);
    });
    expect(create(member)).toContain('await_ready "$HOST" "$CONTAINER"');
  });

  test("passes the gate also when only the container changes", async () => {
    const before = await render({}, [spec("alpha")]);
    const after = await render({}, [spec("alpha", { limits: { memoryMiB: 512, cpus: 0.5 } })]);
    const environment = (resources: Registered[]) =>
      named(resources, "alpha-files", "Command").inputs["environment"];
    expect(environment(after).SPEC).not.toBe(environment(before).SPEC);
  });

  test("waits for its peers before a change, and not when the gate is open", async () => {
    const environment = (resources: Registered[]) =>
      named(resources, "alpha-files", "Command").inputs["environment"];
    const PEERS = "orders-beta,unix:///var/run/docker.sock";
    expect(environment(await render())).toMatchObject({ PEERS });
    expect(environment(await render())).not.toHaveProperty("GATE");
    // Who the peers are is told to the next run all the same.
    expect(environment(await render({ rolloutGate: false }))).toMatchObject({
      PEERS,
      GATE: "open",
    });
  });

  test("on another host is reached by that host's address, and its inner ports are published too", async () => {
    const hosts = [
      { name: "one", engine: "ssh://root@10.0.0.1", address: "10.0.0.1" },
      { name: "two", engine: "ssh://root@10.0.0.2", address: "10.0.0.2" },
    ];
    const resources = await render({ hosts }, [
      spec("alpha", { host: "one" }),
      spec("beta", { host: "two" }),
    ]);
    const { inputs } = named(resources, "alpha", "Container");
    expect(inputs["hosts"]).toEqual([{ host: "beta", ip: "10.0.0.2" }]);
    expect(inputs["ports"]).toEqual([
      { internal: 5432, external: 5433, ip: "10.0.0.1", protocol: "tcp" },
      { internal: 5432, external: 5432, ip: "10.0.0.1", protocol: "tcp" },
      { internal: 9000, external: 9000, ip: "10.0.0.1", protocol: "tcp" },
    ]);
  });

  test("on a host with a private address is reached there by the others, and by clients at its address", async () => {
    const host = (name: string, n: number) => ({
      ...{ name, address: `203.0.113.${n}`, privateAddress: `10.0.0.${n}` },
      ssh: { hostKey: "ssh-ed25519 AAAAkey main" },
    });
    const hosts = [host("one", 1), host("two", 2), host("three", 3)];
    const resources = await render({ hosts }, [
      spec("alpha", { host: "one" }),
      spec("beta", { host: "two" }),
    ]);
    const { inputs } = named(resources, "alpha", "Container");
    expect(inputs["hosts"]).toEqual([{ host: "beta", ip: "10.0.0.2" }]);
    expect(inputs["ports"]).toEqual([
      { internal: 5432, external: 5433, ip: "203.0.113.1", protocol: "tcp" },
      { internal: 5432, external: 5432, ip: "10.0.0.1", protocol: "tcp" },
      { internal: 9000, external: 9000, ip: "10.0.0.1", protocol: "tcp" },
    ]);
    const provider = named(resources, "platform-two", "docker").inputs;
    expect(provider["host"]).toBe("ssh://root@203.0.113.2");
    expect(plain(provider["sshOpts"])).toContain("StrictHostKeyChecking=yes");
    const environmentOf = (command: string): Record<string, string> =>
      named(resources, command, "Command").inputs["environment"];
    const HOST = "ssh://root@203.0.113.1";
    const SSH_CLIENT = "components/platform/docker/client";
    expect(environmentOf("alpha-files")).toMatchObject({ HOST, SSH_CLIENT });
    const known = (command: string) => environmentOf(command)["SSH_OPTIONS"]!.match(/^[^\t]+/gm);
    // Its own host, and where it asks its peers: of all hosts an environment has no room.
    expect(known("alpha-files")).toEqual(["203.0.113.1", "203.0.113.2"]);
    expect(known("alpha-settled")).toEqual(["203.0.113.1"]);
  });

  test("registers the same resources in a preview, where nothing is known yet", async () => {
    const names = (resources: Registered[]) =>
      resources.map(({ type, name }) => `${type} ${name}`).sort();
    const program = (preview: boolean) =>
      deploy(
        () => {
          const platform = new DockerPlatform(
            "platform",
            { hosts: [local], prefix: "orders" },
            { alpha: "local" },
          );
          platform.workload("alpha", spec("alpha", { oneShot: true }), { parent: platform });
        },
        { preview },
      );
    expect(names(await program(true))).toEqual(names(await program(false)));
  });

  test("on a host that is not declared is refused by name", async () => {
    await expect(render({}, [spec("alpha", { host: "omega" })])).rejects.toThrow(
      'host: got "omega", which is not declared; allowed: local. Declare it under synfleet:hosts.',
    );
  });

  describe("with a volume that it shares", () => {
    const hosts = [
      { name: "one", engine: "ssh://root@10.0.0.1", address: "10.0.0.1" },
      { name: "two", engine: "ssh://root@10.0.0.2", address: "10.0.0.2" },
    ];
    const sharing = (at: readonly string[], volume: readonly string[] = ["one"]) =>
      deploy(() => {
        const placed = Object.fromEntries(at.map((host, index) => [`w${index}`, host]));
        const args = { hosts, prefix: "orders", protectVolumes: true };
        const platform = new DockerPlatform("platform", args, placed);
        const [shared] = volume.map((host) => platform.sharedVolume("locks", host, platform));
        at.forEach((host, index) => {
          const volumes = [
            { name: "data", path: "/data" },
            { name: "locks", path: "/locks", shared: shared! },
          ];
          const one = spec(`w${index}`, { host, volumes, ports: [] });
          platform.workload(one.alias, one, { parent: platform });
        });
      });

    test("mounts what is made once on the host, with a name of the platform's own", async () => {
      const resources = await sharing(["one", "one"]);
      const made = resources.filter(({ type, name }) => /:Volume$/.test(type) && name === "locks");
      expect(made.map(({ inputs }) => inputs["name"])).toEqual(["orders-locks"]);
      for (const name of ["w0", "w1"]) {
        expect(named(resources, name, "Container").inputs["volumes"]).toEqual([
          expect.objectContaining({ volumeName: `orders-${name}-config` }),
          { volumeName: `orders-${name}-data`, containerPath: "/data" },
          { volumeName: "orders-locks", containerPath: "/locks" },
        ]);
      }
    });

    test("is refused where the volume is on another host, and the name where it is taken", async () => {
      await expect(sharing(["two"])).rejects.toThrow(
        "volume orders-locks: got it for w0 on host two, but it is on one; allowed: one of two.",
      );
      await expect(sharing([], ["one", "one"])).rejects.toThrow(
        "volume orders-locks of host one: got it for locks",
      );
    });
  });
});
