import { describe, expect, test } from "vitest";
import { dataOf, hostsIn, platformIn, withoutHost, type StateResource } from "./lost-host.ts";

const urn = (type: string, name: string) => `urn:pulumi:prod::synfleet::${type}::${name}`;
const make = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
  ...{ urn: urn(type, name), type, inputs: {} },
  ...more,
});
const provider = (host: string, engine: string) =>
  make("pulumi:providers:docker", `platform-${host}`, {
    inputs: { host: engine, sshOpts: '["-o","BatchMode=yes"]' },
  });
const VOLUME = "docker:index/volume:Volume";
const on = (host: string) => ({
  provider: `${urn("pulumi:providers:docker", `platform-${host}`)}::7f2a`,
});
const command = (name: string, environment: Record<string, string>) =>
  make("command:local:Command", name, { inputs: { environment } });

const [alpha, beta] = ["ssh://root@203.0.113.1", "ssh://root@203.0.113.2"];
const ofBeta = [
  provider("beta", beta!),
  make("synfleet-hosts:host:Host", "platform-beta", { inputs: { login: { name: "beta" } } }),
  make(VOLUME, "replica1-data", { ...on("beta"), inputs: { name: "shop-replica1-data" } }),
  make(VOLUME, "replica1-config", { ...on("beta"), inputs: { name: "shop-replica1-config" } }),
  command("replica1-files", { HOST: beta! }),
  command("etcd-beta-build", { DOCKER_HOST: beta! }),
];
const others = [
  make("synfleet:platform:Docker", "platform", { inputs: { prefix: "shop" } }),
  provider("alpha", alpha!),
  make("synfleet-hosts:host:Host", "platform-alpha", { inputs: { login: { name: "alpha" } } }),
  make(VOLUME, "main-data", { ...on("alpha"), inputs: { name: "shop-main-data" } }),
  // Tells of the lost one by name, and is not on it.
  command("main-files", { HOST: alpha!, PEERS: `shop-replica1,${beta!}` }),
];
const state = { resources: [...others, ...ofBeta] };

test("what was on the host is forgotten, and nothing else", () => {
  const { state: left, forgotten } = withoutHost(state, "beta");
  expect(forgotten).toEqual(ofBeta);
  expect(left.resources).toEqual(others);
  expect(dataOf(forgotten)).toEqual(["shop-replica1-data"]);
});

test("whatever depended on it no longer names it", () => {
  const [, , data] = ofBeta;
  const settled = make("command:local:Command", "main-settled", {
    dependencies: [data!.urn, others[3]!.urn],
    propertyDependencies: { environment: [data!.urn], triggers: null },
    deletedWith: data!.urn,
  });
  const before = {
    resources: [...state.resources, settled],
    pending_operations: [{ resource: data! }, { resource: settled }],
  };
  const { state: left } = withoutHost(before, "beta");
  const freed = make("command:local:Command", "main-settled", {
    dependencies: [others[3]!.urn],
    propertyDependencies: { environment: [], triggers: null },
  });
  expect(left.resources!.at(-1)).toEqual(freed);
  expect(left.pending_operations).toEqual([{ resource: settled }]);
});

test("the hosts are those that the stack is on, as it reached them", () => {
  expect(Object.fromEntries(hostsIn(state))).toEqual({
    alpha: { engine: alpha, sshOptions: ["-o", "BatchMode=yes"] },
    beta: { engine: beta, sshOptions: ["-o", "BatchMode=yes"] },
  });
  expect(hostsIn({})).toEqual(new Map());
  expect(platformIn(state)).toEqual({ kind: "Docker", prefix: "shop" });
  expect(platformIn({})).toBeUndefined();
});

test("a host that is not there takes nothing with it", () => {
  expect(withoutHost(state, "gamma")).toEqual({ state, forgotten: [] });
});

describe("on a Swarm", () => {
  const SERVICE = "docker:index/service:Service";
  const swarm = `${urn("pulumi:providers:docker", "platform-manager")}::1d3c`;
  const service = (name: string) =>
    make(SERVICE, name, { provider: swarm, inputs: { name: `shop-${name}` } });
  const script = (name: string, engine: string) =>
    command(`${name}-gate`, { HOST: engine, MANAGER: alpha!, SERVICE: `shop-${name}` });
  const member = (name: string) =>
    make("synfleet-hosts:swarm:Member", `platform-${name}-member`, {
      ...{ inputs: { login: { name }, role: "manager" }, outputs: { nodeId: `id-${name}` } },
    });
  const all = {
    alpha: [
      provider("alpha", alpha!),
      member("alpha"),
      make(VOLUME, "main-data", { ...on("alpha"), inputs: { name: "shop-main-data" } }),
      script("main", alpha!),
      service("main"),
    ],
    beta: [provider("beta", beta!), member("beta"), script("replica1", beta!), service("replica1")],
    swarm: [
      make("synfleet:platform:Swarm", "platform", { inputs: { prefix: "shop" } }),
      make("pulumi:providers:docker", "platform-manager", { inputs: { host: alpha } }),
      make("docker:index/network:Network", "platform-network", { provider: swarm }),
      make("docker:index/secret:Secret", "main-password", { provider: swarm }),
    ],
  };
  const whole = { resources: Object.values(all).flat() };

  test("the first host goes with its services, and what belongs to all stays though it was made there", () => {
    const { state: left, forgotten } = withoutHost(whole, "alpha");
    expect(forgotten).toEqual(all.alpha);
    expect(left.resources).toEqual([...all.beta, ...all.swarm]);
    expect(dataOf(forgotten)).toEqual(["shop-main-data"]);
    expect(withoutHost(whole, "beta").forgotten).toEqual(all.beta);
  });

  test("what talks to the Swarm is no host of its own", () => {
    expect([...hostsIn(whole).keys()]).toEqual(["alpha", "beta"]);
  });
});
