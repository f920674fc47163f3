import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { DockerPlatform } from "../components/platform/docker/docker.ts";
import { parseSettings } from "../settings/read.ts";
import { deploy, ofType, providerOutputs, type Registered } from "../test/support/deploy.ts";
import { peerPorts } from "./peer-ports.ts";
import { placementOf, recordOf, toldOf } from "./placement.ts";
import { Synap } from "./synap.ts";
import { SynapseDB } from "./synapsedb.ts";
import { Synaxic } from "./synaxic.ts";

const names = ["alpha", "beta", "gamma"];
const onHosts = (privately: boolean) => ({
  topology: "several-hosts",
  hosts: names.map((name, index) => ({
    ...{ name, address: `203.0.113.${index + 1}`, ssh: { hostKey: "ssh-ed25519 AAAAkey" } },
    ...(privately && { privateAddress: `10.0.0.${index + 1}` }),
  })),
});
const spread = (prefix: string) =>
  names.map((host, index) => ({ name: `${prefix}${index + 1}`, host }));

function render(given: object): Promise<Registered[]> {
  const settings = parseSettings(given);
  return deploy(
    () => {
      const args = { ...settings, prefix: settings.name };
      const platform = new DockerPlatform("platform", args, toldOf(settings));
      if (settings.system === "synaxic") new Synaxic("synaxic", { ...settings, platform });
      else if (settings.system === "synap") new Synap("synap", { ...settings, platform });
      else new SynapseDB("synapsedb", { ...settings, platform });
    },
    { outputs: providerOutputs },
  );
}

interface Binding {
  readonly internal: number;
  readonly external: number;
  readonly ip: string;
}
const bindings = (resources: Registered[], container: string) =>
  (
    ofType(resources, "Container").find(({ name }) => name === container)!.inputs[
      "ports"
    ] as Binding[]
  ).map(({ internal, external, ip }) => `${ip}:${external} → ${internal}`);

describe.each([
  ["synaxic", { members: spread("member"), etcd: spread("etcd"), sentinels: spread("sentinel") }],
  ["synap", { members: spread("synap") }],
])("%s on several hosts", (system, placed) => {
  const given = { system, ...placed };

  test("is refused where members and clients would share an address and a port", async () => {
    await expect(render({ ...given, ...onHosts(false) })).rejects.toThrow(
      /^port \d+ of host alpha: got it for balancer .*; allowed: a port used once on its host/,
    );
    const ports = { redis: 7000, read: 7001, write: 7002, http: 7003, https: 7004 };
    const fitting = system === "synap" ? { read: 7001, write: 7002 } : ports;
    await render({ ...given, ...onHosts(false), ports: fitting });
  });
});

test.each([
  ["synapsedb", { members: spread("postgres") }],
  ["synaxic", { members: spread("member"), sentinels: spread("sentinel") }],
  [
    "synaxic",
    {
      members: spread("member"),
      sentinels: spread("sentinel"),
      app: { program: "image", image: "registry.example/app:1", port: 9000 },
    },
  ],
  ["synap", { members: spread("synap") }],
])("hosts are asked for the ports that %s opens for other hosts", async (system, placed) => {
  const etcd = system === "synap" ? {} : { etcd: spread("etcd") };
  const given = { system, ...placed, ...etcd, ...onHosts(true), grafana: true };
  const resources = await render(given);
  const opened = ofType(resources, "Container").flatMap(({ name, inputs }) =>
    ((inputs["ports"] ?? []) as Binding[])
      .filter(({ ip }) => ip.startsWith("10."))
      .map(({ external, ip }) => `${name} ${ip}:${external}`),
  );
  const asked = peerPorts(parseSettings(given)).map(
    ({ of, host, port }) => `${of} 10.0.0.${names.indexOf(host) + 1}:${port}`,
  );
  expect(asked.sort()).toEqual(opened.sort());
});

test("hosts of a Swarm are asked for the ports of the Swarm alone", () => {
  const asked = peerPorts(parseSettings({ platform: "swarm", ...onHosts(true) }));
  expect(asked.map(({ of, host, port, swarm }) => `${of} ${host} ${port} ${swarm}`)).toEqual(
    names.flatMap((name) => [`the Swarm ${name} 2377 true`, `the Swarm ${name} 7946 true`]),
  );
});

test("clients come in at a host's own address, members at its private one", async () => {
  const resources = await render({
    ...{ system: "synaxic", ...onHosts(true), members: spread("member") },
    ...{ etcd: spread("etcd"), sentinels: spread("sentinel") },
  });
  expect(bindings(resources, "postgres-member2")).toEqual([
    "10.0.0.2:5432 → 5432",
    "10.0.0.2:8008 → 8008",
  ]);
  expect(bindings(resources, "balancer")).toEqual(
    expect.arrayContaining(["203.0.113.1:6380 → 6390", "10.0.0.1:6390 → 6390"]),
  );
  expect(bindings(resources, "proxy").filter((binding) => binding.startsWith("10."))).toEqual([
    "10.0.0.1:8081 → 8081",
  ]);
});

describe.each(["synapsedb", "synaxic", "synap"])("%s with nothing but hosts", (system) => {
  test("is spread over them, and opens each port once", async () => {
    const resources = await render({ system, ...onHosts(true) });
    const placed = placementOf(parseSettings({ system, ...onHosts(true) }));
    for (const { name } of ofType(resources, "Container")) expect(names).toContain(placed[name]);
    const { members } = parseSettings({ system, ...onHosts(true) });
    expect(members.map(({ host }) => host)).toEqual(names);
  });
});

test("two hosts: the preview says that a lost primary is replaced by hand", async () => {
  const { hosts, ...several } = onHosts(true);
  const given = { system: "synaxic", ...several, hosts: hosts.slice(0, 2) };
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const resources = await render(given);
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    expect.stringMatching(/a lost PostgreSQL primary is replaced by hand alone/),
  ]);
  warn.mockRestore();
  const containers = ofType(resources, "Container").map(({ name }) => name);
  expect(containers.filter((name) => /^(etcd|sentinel|fence)/.test(name))).toEqual(["etcd1"]);
});

test("a member's port for clients is its own, and the one for members stays", async () => {
  const members = spread("postgres").map((member) => ({ ...member, port: 6000 }));
  const resources = await render({ system: "synapsedb", ...onHosts(true), members });
  expect(bindings(resources, "postgres2")).toEqual([
    "203.0.113.2:6000 → 5432",
    "10.0.0.2:5432 → 5432",
  ]);
});

test("what is recorded is what has data", () => {
  const given = { ...onHosts(true), acceptPlacement: ["postgres9"] };
  expect(recordOf(parseSettings(given))).toEqual({
    members: { postgres1: "alpha", postgres2: "beta", postgres3: "gamma" },
    etcd: { etcd1: "alpha", etcd2: "beta", etcd3: "gamma" },
    balancers: { balancer: "alpha", "balancer-beta": "beta", "balancer-gamma": "gamma" },
    accepted: ["postgres9"],
  });
  expect(recordOf(parseSettings({}))).not.toHaveProperty("balancers");
  const onSwarm = { platform: "swarm", swarm: { encrypted: false } };
  expect(recordOf(parseSettings({ ...given, ...onSwarm }))).toMatchObject({
    swarm: { encrypted: false },
  });
  expect(recordOf(parseSettings({ system: "synap", ...onHosts(true) }))).toEqual({
    ...{ members: { alpha: "alpha", beta: "beta", gamma: "gamma" }, etcd: {} },
    ...{ balancers: { balancer: "alpha", "balancer-beta": "beta", "balancer-gamma": "gamma" } },
    ...{ master: "alpha", accepted: [] },
  });
});

test("of a cluster it is told whose data is not there", () => {
  const on = (system: string) =>
    parseSettings({
      system,
      platform: "kubernetes",
      kubernetes: { context: "lab", images: "loaded" },
    });
  const goneOf = (system: string, claims?: readonly string[]) => recordOf(on(system), claims).gone;
  expect(goneOf("synap", ["synap1-data", "synap3-data", "prometheus-data"])).toEqual(["synap2"]);
  const stores = ["postgres-main-data", "redis-main-data", "postgres-replica1-data"];
  expect(goneOf("synaxic", stores)).toContain("replica1");
  expect(goneOf("synaxic", stores)).not.toContain("main");
  expect(goneOf("synap", [])).toEqual(["synap1", "synap2", "synap3"]);
  expect(goneOf("synap")).toBeUndefined();
});
