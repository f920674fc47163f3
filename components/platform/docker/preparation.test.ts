import { describe, expect, test } from "vitest";
import { deploy, listed, ofType } from "../../../test/support/deploy.ts";
import type { WorkloadSpec } from "../platform.ts";
import type { DockerPlatformArgs } from "./args.ts";
import { DockerPlatform } from "./docker.ts";
import { admittedPorts } from "./preparation.ts";

const hosts = ["alpha", "beta"].map((name, index) => ({
  ...{ name, address: `203.0.113.${index + 1}`, privateAddress: `10.0.0.${index + 1}` },
  ssh: { port: 2222, hostKey: "ssh-ed25519 AAAAkey" },
}));
const spec = (alias: string, host: string): WorkloadSpec => ({
  ...{ alias, host, image: { stage: "redis" }, files: {}, volumes: [], stopSeconds: 5 },
  ports: [
    { internal: 5432, published: 5433 },
    { internal: 9000, peers: false },
  ],
  limits: { memoryMiB: 64, cpus: 1 },
});

interface Changed extends Partial<DockerPlatformArgs> {
  readonly late?: boolean;
}

const render = ({ late, ...changed }: Changed = {}, preview = false) =>
  deploy(
    async () => {
      const preparation = { clientCidrs: ["198.51.100.0/24"], sshFrom: ["192.0.2.0/24"] };
      const args = { hosts, prefix: "orders", preparation, ...changed };
      const platform = new DockerPlatform("platform", args, { one: "alpha", two: "beta" });
      const parent = platform;
      const one = platform.workload("one", spec("one", "alpha"), { parent, peers: ["two"] });
      if (late) await Promise.resolve();
      platform.workload("two", spec("two", "beta"), { parent, after: [one], peers: ["one"] });
    },
    { preview },
  );

describe("hosts that are prepared", () => {
  test("are one component with one resource each", async () => {
    const [prepared, without] = [
      listed(await render()),
      listed(await render({ preparation: undefined })),
    ];
    const more = prepared.filter((line) => !without.includes(line));
    const names = ["platform-alpha", "platform-beta"];
    expect(more).toEqual([
      ...names.map((name) => `Host ${name}`),
      ...names.map((name) => `PreparedHost ${name}`),
    ]);
  });

  test("admit SSH from where it is for, peers to what they use, clients to what is published", async () => {
    const [alpha] = ofType(await render(), "Host");
    expect(alpha!.inputs).toMatchObject({
      login: {
        ...{ name: "alpha", address: "203.0.113.1", user: "root", port: 2222 },
        hostKey: "ssh-ed25519 AAAAkey",
      },
      owner: "synfleet/test/orders",
      timeSynchronised: true,
    });
    const { rules } = alpha!.inputs["firewall"];
    expect(rules).toContain("elements = { 203.0.113.2, 10.0.0.2 }");
    const ours = rules.split("chain admitted")[1];
    expect(ours.match(/ip saddr .*(?= accept)/g)).toEqual([
      "ip saddr { 192.0.2.0/24 } meta l4proto tcp ct original proto-dst 2222",
      "ip saddr @peers4 meta l4proto tcp ct original proto-dst 5432",
      "ip saddr @peers4 meta l4proto tcp ct original proto-dst 5433",
      "ip saddr { 198.51.100.0/24 } meta l4proto tcp ct original proto-dst 5433",
    ]);
    expect(rules).not.toContain("9000");
  });

  test("are asked nothing by Docker before they are made", async () => {
    const resources = await render({}, true);
    const provider = ofType(resources, "docker").find(({ name }) => name === "platform-alpha");
    expect(provider!.inputs["host"]).not.toMatch(/ssh/);
    const build = resources.find(({ name }) => name === "redis-alpha-build");
    expect(JSON.stringify(build!.inputs["environment"])).not.toMatch(/ssh:\/\//);
    const made = ofType(await render(), "docker").find(({ name }) => name === "platform-alpha");
    expect(made!.inputs["host"]).toBe("ssh://root@203.0.113.1:2222");
  });

  test("take no workload after their rules are made", async () => {
    await expect(render({ late: true })).rejects.toThrow(
      /^host beta: got a workload after its rules were made; allowed/,
    );
  });

  test("are those that are reached by ssh", async () => {
    const local = hosts.map(({ ssh: _, ...host }) => ({ ...host, engine: `unix:///${host.name}` }));
    expect(ofType(await render({ hosts: local }), "Host")).toEqual([]);
  });
});

test("what is published on the host alone is admitted to nobody", () => {
  const ports = [{ internal: 1, published: 2 }];
  const clientCidrs = ["0.0.0.0/0"];
  expect(admittedPorts(ports, { isPublic: false, hasPeers: false, clientCidrs })).toEqual([]);
  expect(admittedPorts(ports, { isPublic: true, hasPeers: false, clientCidrs: [] })).toEqual([
    { port: 2, from: "peers" },
  ]);
});

describe("images of a registry", () => {
  const caCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const imageRegistry = { address: "registry.example.com:5000/team", caCertificate };

  test("are built on the first host that uses them, and taken from there by the others", async () => {
    const builds = (await render({ imageRegistry })).filter(({ name }) => name.endsWith("-build"));
    expect(builds.map(({ name }) => name)).toEqual(["redis-alpha-build", "redis-beta-build"]);
    const [first, second] = builds.map(({ inputs }) => inputs["create"] as string);
    expect(first).toContain("build.ts redis");
    expect(second).not.toContain("build.ts");
  });

  test("are of a registry that prepared hosts trust, by a file of Docker's", async () => {
    const [alpha] = ofType(await render({ imageRegistry }), "Host");
    expect(alpha!.inputs["files"]).toMatchObject({
      "/etc/docker/certs.d/registry.example.com:5000/ca.crt": {
        content: caCertificate,
        mode: "0644",
      },
    });
  });
});
