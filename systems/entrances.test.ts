import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { DockerPlatform } from "../components/platform/docker/docker.ts";
import { SwarmPlatform } from "../components/platform/swarm/swarm.ts";
import { parseSettings } from "../settings/read.ts";
import { deploy, ofType, plain, providerOutputs, type Registered } from "../test/support/deploy.ts";
import { nearest, proxyOf } from "./entrances.ts";
import { placementOf, toldOf } from "./placement.ts";
import { Synap } from "./synap.ts";
import { SynapseDB } from "./synapsedb.ts";
import { Synaxic } from "./synaxic.ts";

const hosts = ["alpha", "beta", "gamma", "delta"].map((name, index) => ({
  ...{ name, address: `203.0.113.${index + 1}`, privateAddress: `10.0.0.${index + 1}` },
  ssh: { hostKey: "ssh-ed25519 AAAAkey" },
}));
const several = { topology: "several-hosts", hosts: hosts.slice(0, 3) };
const entrances = ["balancer", "balancer-beta", "balancer-gamma"];
const systemNames = ["synapsedb", "synaxic", "synap"] as const;

interface Rendered {
  readonly resources: Registered[];
  readonly endpoints: Record<string, unknown>;
}

/** What a whole system is takes its time to render, so each of them is rendered once. */
const all = new Map<string, Promise<Rendered>>();
function render(given: object): Promise<Rendered> {
  const key = JSON.stringify(given);
  const rendered = all.get(key) ?? rendering(given);
  all.set(key, rendered);
  return rendered;
}

async function rendering(given: object): Promise<Rendered> {
  const settings = parseSettings(given);
  let endpoints: Record<string, unknown> = {};
  const resources = await deploy(
    () => {
      const args = { ...settings, prefix: settings.name };
      const Platform = settings.platform === "swarm" ? SwarmPlatform : DockerPlatform;
      const platform = new Platform("platform", args, toldOf(settings));
      const system =
        settings.system === "synaxic"
          ? new Synaxic("synaxic", { ...settings, platform })
          : settings.system === "synap"
            ? new Synap("synap", { ...settings, platform })
            : new SynapseDB("synapsedb", { ...settings, platform });
      pulumi.output<object>(system.endpoints).apply((all) => {
        endpoints = { ...all };
      });
    },
    { outputs: providerOutputs },
  );
  return { resources, endpoints };
}

const container = ({ resources }: Rendered, name: string) =>
  plain(ofType(resources, "Container").find((one) => one.name === name)!.inputs) as {
    readonly hosts: readonly { readonly host: string; readonly ip: string }[];
    readonly ports: readonly { readonly ip: string; readonly external: number }[];
    readonly envs?: readonly string[];
  };
const knows = (rendered: Rendered, name: string) =>
  container(rendered, name).hosts.map(({ host }) => host);
/** What the certificate of a workload is good for. */
const names = ({ resources }: Rendered, alias: string) => {
  const { dnsNames, ipAddresses } = ofType(resources, "CertRequest").find(
    ({ name }) => name === `${alias}-tls-request`,
  )!.inputs as Record<string, string[]>;
  return [...dnsNames!, ...ipAddresses!];
};
/** All that a workload's files say, as one text. */
const files = ({ resources }: Rendered, alias: string) => {
  const { stdin } = ofType(resources, "Command").find(
    ({ name }) => name === `${alias}-files`,
  )!.inputs;
  return Buffer.from(plain(stdin) as string, "base64").toString();
};

describe.each(systemNames)("%s on several hosts", (system) => {
  test("has a balancer on each, with the same ports at the host's own address", async () => {
    const rendered = await render({ system, ...several });
    const published = entrances.map((name, index) =>
      container(rendered, name)
        .ports.filter(({ ip }) => ip === `203.0.113.${index + 1}`)
        .map(({ external }) => external),
    );
    expect(published[0]!.length).toBeGreaterThan(2);
    expect(published[1]).toEqual(published[0]);
    expect(published[2]).toEqual(published[0]);
  });

  test("tells nobody of the others' but who calls them, so that one more replaces no member", async () => {
    const balancers = [{ name: "balancer", host: "alpha" }];
    const one = await render({ system, ...several, balancers });
    const three = await render({ system, ...several });
    for (const { name } of ofType(one.resources, "Container")) {
      if (name === "prometheus") continue;
      expect([name, container(three, name)]).toEqual([name, container(one, name)]);
    }
    expect(knows(three, "prometheus")).toEqual(
      expect.arrayContaining(["balancer-beta", "balancer-gamma"]),
    );
  });

  test("has each of them scraped", async () => {
    const text = files(await render({ system, ...several }), "prometheus");
    for (const name of entrances) expect(text).toContain(`"${name}:8404"`);
  });

  test("changes them one after the other", async () => {
    const { resources } = await render({ system, ...several });
    const after = (name: string) =>
      ofType(resources, "Command")
        .find((one) => one.name === `${name}-files`)!
        .dependsOn.map((urn) => urn.split("::").at(-1));
    expect(after("balancer-beta")).toContain("balancer-settled");
    expect(after("balancer-gamma")).toContain("balancer-beta-settled");
  });

  test("is on a Swarm a service for each, pinned to its host with its ports", async () => {
    const { resources } = await render({ system, ...several, platform: "swarm" });
    for (const [index, name] of entrances.entries()) {
      const { taskSpec, endpointSpec } = plain(
        ofType(resources, "Service").find((service) => service.name === name)!.inputs,
      ) as any;
      expect(taskSpec.placement.constraints).toEqual([
        `node.labels.org.synfleet.${system}.host==${hosts[index]!.name}`,
      ]);
      const modes = endpointSpec.ports.map(({ publishMode }: any) => publishMode);
      expect(new Set(modes)).toEqual(new Set(["host"]));
    }
  });
});

/** As libpq takes it: neither a connection that comes nor one that is there waits for a host that fell silent. */
const patience =
  "connect_timeout=3&tcp_user_timeout=10000&keepalives_idle=5&keepalives_interval=2&keepalives_count=3";

test("clients are told every address, and the first's as before", async () => {
  const database = "203.0.113.1:5002,203.0.113.2:5002,203.0.113.3:5002";
  const { endpoints: synapsedb } = await render({ system: "synapsedb", ...several });
  expect(synapsedb).toMatchObject({
    write: "postgresql://203.0.113.1:5002/synapsedb",
    writeAll: `postgresql://${database}/synapsedb?${patience}`,
  });
  const { endpoints: synaxic } = await render({ system: "synaxic", ...several });
  expect(synaxic).toMatchObject({
    app: "https://203.0.113.1:8443",
    appAll: [1, 2, 3].map((n) => `https://203.0.113.${n}:8443`),
    redisAll: [1, 2, 3].map((n) => `rediss://203.0.113.${n}:6380`),
    writeAll: `postgresql://${database}/synaxic?${patience}`,
  });
  const { endpoints: synap } = await render({ system: "synap", ...several });
  expect(synap).toMatchObject({
    writeAll: [1, 2, 3].map((n) => `https://203.0.113.${n}:15500`),
    readAll: [1, 2, 3].map((n) => `https://203.0.113.${n}:15510`),
  });
  const { endpoints: ofOne } = await render({ system: "synap" });
  expect(Object.keys(ofOne).filter((name) => name.endsWith("All"))).toEqual([]);
});

test("servers are good under the names and addresses of all through which their TLS passes", async () => {
  const all = [...entrances, "203.0.113.1", "10.0.0.2", "203.0.113.3"];
  const synapsedb = await render({ system: "synapsedb", ...several });
  expect(names(synapsedb, "postgres2")).toEqual(expect.arrayContaining(all));
  const synaxic = await render({ system: "synaxic", ...several });
  for (const store of ["postgres-alpha", "redis-gamma"])
    expect(names(synaxic, store)).toEqual(expect.arrayContaining(all));
  // What ends the clients' TLS itself has its own host's.
  expect(names(synaxic, "proxy-beta")).toEqual(expect.arrayContaining(["203.0.113.2"]));
  const synap = await render({ system: "synap", ...several });
  expect(names(synap, "balancer-gamma")).toEqual(
    expect.arrayContaining(["balancer-gamma", "203.0.113.3"]),
  );
});

test("members let each balancer in by its own certificate", async () => {
  const database = files(await render({ system: "synapsedb", ...several }), "postgres3");
  for (const name of entrances) expect(database).toContain(`synfleet ${name} synfleet_check`);
  const guard = files(await render({ system: "synap", ...several }), "beta");
  expect(guard).toContain(`${entrances.join(" ")} prometheus`);
});

test("an app asks the balancer of its own host, so that the loss of another is nothing to it", async () => {
  const app = { program: "image", image: "registry.example/app:1" };
  const given = { system: "synaxic", ...several, hosts };
  const rendered = await render(given);
  const asked = (host: string) => /"host": "(balancer[^"]*)"/.exec(files(rendered, `app-${host}`));
  expect(hosts.map(({ name }) => asked(name)?.[1])).toEqual([...entrances, "balancer"]);
  expect(knows(rendered, "app-delta")).toContain("balancer");
  const image = await render({ ...given, app });
  expect(container(image, "app-beta").envs).toEqual(["SYNFLEET_BALANCER=balancer-beta"]);
});

test("a host without a balancer has its parts ask one of the others, each another", () => {
  const all = [
    { name: "balancer", host: "a" },
    { name: "balancer-b", host: "b" },
  ] as const;
  expect(nearest(all, "b", 0).name).toBe("balancer-b");
  expect([2, 3, 4].map((index) => nearest(all, "c", index).name)).toEqual([
    ...["balancer", "balancer-b", "balancer"],
  ]);
});

test.each([
  ["balancer", "proxy"],
  ["balancer-beta", "proxy-beta"],
  ["front", "proxy-front"],
])("beside %s is %s", (balancer, proxy) => {
  expect(proxyOf(balancer)).toBe(proxy);
});

test("all of them are placed, and the first alone is told to all", () => {
  const settings = parseSettings({ system: "synaxic", ...several });
  expect(placementOf(settings)).toMatchObject({ "balancer-beta": "beta", "proxy-gamma": "gamma" });
  const told = Object.keys(toldOf(settings)).filter((alias) => /^(balancer|proxy)/.test(alias));
  expect(told).toEqual(["balancer", "proxy"]);
});
