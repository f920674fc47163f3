import { expect, describe, test } from "vitest";
import { deploy, isSecret, plain, type Registered } from "../../../test/support/deploy.ts";
import type { WorkloadSpec } from "../platform.ts";
import type { SwarmPlatformArgs } from "./args.ts";
import { fileName } from "./files.ts";
import { SwarmPlatform } from "./swarm.ts";

const host = (name: string, index: number) => ({
  ...{ name, address: `192.0.2.${index + 1}`, ssh: {} },
});
const hosts = ["a", "b", "c", "d"].map(host);

const spec = (alias: string, changes: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
  alias,
  host: "a",
  image: { reference: "example/server:1" },
  files: {
    "server.conf": { content: "a = 1" },
    "secrets/password": { content: "hidden", secret: true },
  },
  volumes: [{ name: "data", path: "/var/lib/synfleet" }],
  ports: [{ internal: 5432, published: 5433 }, { internal: 9000 }],
  limits: { memoryMiB: 256, cpus: 0.5 },
  stopSeconds: 90,
  health: ["/usr/local/bin/healthy"],
  ...changes,
});

async function render(
  args: Partial<SwarmPlatformArgs> = {},
  specs: readonly WorkloadSpec[] = [spec("alpha")],
  outputs: Record<string, () => object> = {},
): Promise<Registered[]> {
  const placed = Object.fromEntries(specs.map((one) => [one.alias, one.host]));
  const program = () => {
    const platform = new SwarmPlatform(
      "platform",
      { hosts: hosts.slice(0, 1), prefix: "orders", ...args },
      placed,
    );
    let before: ReturnType<SwarmPlatform["workload"]>[] = [];
    for (const one of specs) {
      const peers = specs.filter(({ alias }) => alias !== one.alias).map(({ alias }) => alias);
      const options = { parent: platform, after: before, ...(peers.length > 0 && { peers }) };
      before = [platform.workload(one.alias, one, options)];
    }
  };
  return deploy(program, { outputs });
}

const named = (resources: Registered[], name: string, type: string) =>
  resources.find((resource) => resource.name === name && resource.type.endsWith(`:${type}`))!;
const inputsOf = (resources: Registered[], name: string, type: string) =>
  plain(named(resources, name, type).inputs) as Record<string, any>;

describe("a workload on a Swarm", () => {
  test("is its volume, its files, the gate, the service, and the settling", async () => {
    const resources = await render();
    expect(resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual([
      "Command alpha-gate",
      "Command alpha-image",
      "Command alpha-settled",
      "Member platform-a-member",
      "Network platform-network",
      "Secret alpha-secrets-password",
      "Service alpha",
      "ServiceConfig alpha-server.conf",
      "Swarm platform",
      "Volume alpha-data",
      "docker platform-a",
      "docker platform-manager",
    ]);
  });

  test("is hardened, limited, pinned to its host, and published there", async () => {
    const { taskSpec, endpointSpec, updateConfig, name } = inputsOf(
      await render(),
      "alpha",
      "Service",
    );
    expect(name).toBe("orders-alpha");
    expect(taskSpec).toMatchObject({
      containerSpec: {
        ...{ user: "10001:10001", readOnly: true, capDrops: ["ALL"], stopGracePeriod: "1m30s" },
        secrets: [
          { fileName: "/etc/synfleet/secrets/password", fileUid: "10001", fileMode: 0o400 },
        ],
        configs: [{ fileName: "/etc/synfleet/server.conf", fileMode: 0o444 }],
      },
      resources: { limits: { memoryBytes: 256 * 1024 * 1024, nanoCpus: 5e8 } },
      placement: { constraints: ["node.labels.org.synfleet.orders.host==a"] },
      networksAdvanceds: [{ id: "platform-network-id", aliases: ["alpha"] }],
    });
    expect(endpointSpec).toEqual({
      mode: "dnsrr",
      ports: [{ targetPort: 5432, publishedPort: 5433, protocol: "tcp", publishMode: "host" }],
    });
    expect(updateConfig).toMatchObject({ order: "stop-first", failureAction: "rollback" });
  });

  test("keeps its volume though the Swarm made it again, without labels", async () => {
    expect(named(await render(), "alpha-data", "Volume").ignored).toEqual(["labels"]);
  });

  test("has secrets in secret data alone, and under another name when they change", async () => {
    const files = (content: string) => ({ "secrets/password": { content, secret: true } });
    const made = (content: string) => render({}, [spec("alpha", { files: files(content) })]);
    const [one, other] = [await made("hidden"), await made("changed")];
    const secret = named(one, "alpha-secrets-password", "Secret");
    expect(isSecret(secret.inputs["data"])).toBe(true);
    expect(isSecret(secret.inputs["name"])).toBe(false);
    expect(secret.inputs["name"]).not.toBe(
      named(other, "alpha-secrets-password", "Secret").inputs["name"],
    );
    for (const { name, type, inputs } of one) {
      if (type.endsWith(":Secret")) continue;
      const text = JSON.stringify(inputs);
      expect([name, /hidden|aGlkZGVu/.test(text)]).toEqual([name, false]);
    }
  });

  test("is told from one of another specification by a label, which settling waits for", async () => {
    const fingerprintOf = async (changes: Partial<WorkloadSpec>) => {
      const resources = await render({}, [spec("alpha", changes)]);
      const { taskSpec } = inputsOf(resources, "alpha", "Service");
      const label = taskSpec.containerSpec.labels.at(-1);
      const { environment } = inputsOf(resources, "alpha-settled", "Command");
      expect(label).toEqual({ label: "org.synfleet.spec", value: environment.SPEC });
      return environment.SPEC as string;
    };
    const same = await fingerprintOf({});
    expect(await fingerprintOf({})).toBe(same);
    const changed = [
      await fingerprintOf({ limits: { memoryMiB: 512, cpus: 0.5 } }),
      await fingerprintOf({ files: { "server.conf": { content: "a = 2" } } }),
    ];
    expect(changed).not.toContain(same);
  });

  test("takes an image of Synfleet's own by its identity on the host, which no registry is asked for", async () => {
    const resources = await render({}, [spec("alpha", { image: { stage: "synap" } })]);
    const { environment, create } = inputsOf(resources, "alpha-image", "Command");
    expect(environment.HOST).toBe("ssh://root@192.0.2.1");
    expect(create).toContain("image inspect --format '{{.Id}}'");
    expect(create).not.toContain("pull");
    const { taskSpec } = inputsOf(resources, "alpha", "Service");
    expect(JSON.stringify(taskSpec)).not.toContain(environment.TAG);
  });

  test("takes any other image there by this machine's login, and runs it by its identity", async () => {
    const identity = "sha256:4f53";
    const resources = await render({}, [spec("alpha")], {
      "command:local:Command": () => ({ stdout: identity }),
    });
    const { environment, create } = inputsOf(resources, "alpha-image", "Command");
    expect(environment).toEqual(
      expect.objectContaining({ HOST: "ssh://root@192.0.2.1", TAG: "example/server:1" }),
    );
    expect(create).toContain('pull --quiet "$TAG"');
    const { taskSpec } = inputsOf(resources, "alpha", "Service");
    expect(taskSpec.containerSpec.image).toBe(identity);
    expect(JSON.stringify(taskSpec)).not.toContain("example/server");
  });

  test("names its peers to the gate", async () => {
    const resources = await render({ hosts: hosts.slice(0, 3) }, [
      spec("alpha"),
      spec("beta", { host: "b", ports: [] }),
    ]);
    const { environment, update } = inputsOf(resources, "beta-gate", "Command");
    expect(environment.PEERS).toBe("orders-alpha,ssh://root@192.0.2.1");
    expect(update).toContain("await");
  });

  test("on an unknown host is refused", async () => {
    await expect(render({}, [spec("alpha", { host: "z" })])).rejects.toThrow(
      /host: got "z", which is not declared; allowed: a/,
    );
  });

  test("that ends by itself is not started again, and its end is waited for", async () => {
    const once = spec("alpha", { oneShot: true, health: [], volumes: [] });
    const resources = await render({}, [once]);
    const { taskSpec, updateConfig } = inputsOf(resources, "alpha", "Service");
    expect(taskSpec.restartPolicy).toMatchObject({ condition: "none" });
    expect(updateConfig).toMatchObject({ failureAction: "continue" });
    const { create, update } = inputsOf(resources, "alpha-settled", "Command");
    expect(create).toContain("engine wait");
    expect(update).toBe(create);
  });

  test.each<[string, Partial<WorkloadSpec>[], boolean]>([
    ["that has no data and no peers", [{ volumes: [] }], true],
    ["that has data", [{}], false],
    ["of a set", [{ volumes: [] }, { volumes: [] }], false],
  ])("%s: health is asked for, and a task that is not well is killed: %2$s", async (_, all, is) => {
    const specs = all.map((changes, index) => spec(`alpha${index}`, { ports: [], ...changes }));
    const { taskSpec } = inputsOf(await render({}, specs), "alpha0", "Service");
    expect("healthcheck" in taskSpec.containerSpec).toBe(is);
  });
});

describe("the Swarm", () => {
  test("has three managers of four hosts, one of two", async () => {
    const roles = async (count: number) => {
      const resources = await render({ hosts: hosts.slice(0, count) });
      return resources
        .filter(({ type }) => type.endsWith(":Member"))
        .map(({ inputs }) => inputs["role"] as string);
    };
    expect(await roles(4)).toEqual(["manager", "manager", "manager", "worker"]);
    expect(await roles(2)).toEqual(["manager", "worker"]);
  });

  test("is joined when the rules of all hosts admit who comes, one host after the other", async () => {
    const resources = await render({ hosts: hosts.slice(0, 2) });
    const waits = (name: string) =>
      named(resources, name, "Member").dependsOn.map((urn) => urn.split("::").at(-1));
    expect(waits("platform-a-member")).toEqual(["platform-a", "platform-b"]);
    expect(waits("platform-b-member")).toEqual(["platform-a", "platform-b", "platform-a-member"]);
  });

  test("has an encrypted overlay unless that is switched off", async () => {
    const network = async (args: Partial<SwarmPlatformArgs>) =>
      inputsOf(await render(args), "platform-network", "Network");
    expect(await network({})).toMatchObject({
      ...{ name: "orders-network", driver: "overlay", attachable: true },
      options: { encrypted: "" },
    });
    expect(await network({ encrypted: false })).not.toHaveProperty("options");
  });

  test("refuses a host that is not reached by SSH", async () => {
    const local = { name: "a", engine: "unix:///var/run/docker.sock", address: "192.0.2.1" };
    await expect(render({ hosts: [local] })).rejects.toThrow(/hosts: a has no ssh; allowed/);
  });
});

test("names of files are no longer than Docker takes, and follow from the content", () => {
  const name = fileName("a".repeat(80), "tls/node.crt", "x");
  expect(name).toHaveLength(64);
  expect(fileName("a".repeat(80), "tls/node.crt", "y")).not.toBe(name);
  expect(fileName("orders-a", "tls/node.crt", "x")).toMatch(
    /^orders-a-tls-node\.crt-[0-9a-f]{12}$/,
  );
});
