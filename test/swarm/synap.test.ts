/** Synap as services of a Swarm by the setting alone, from fresh hosts to a client's query and back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageTag } from "../../images/build.ts";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { SynapSite } from "../acceptance/checks/synap/site.ts";
import { PrivateRegistry } from "../support/registry/registry.ts";
import { synapServer } from "../support/synap-server.ts";
import type { Host } from "../lab/fleet/host.ts";
import { declared, onServers, type OnServers } from "../vps/support.ts";
import { entrances, onSwarm, Services } from "./services.ts";

const members = ["host1", "host2", "host3"];

let servers: OnServers;
let services: Services;
let site: SynapSite;
let registry: PrivateRegistry | undefined;

beforeAll(async () => {
  await synapServer();
  servers = await onServers("synap", 3, onSwarm);
  services = new Services(servers);
  site = new SynapSite(members, servers.containers, await servers.deployment.outputs());
}, 900_000);
afterAll(async () => {
  await registry?.remove();
  await servers?.remove();
});

const refusal = async (...words: string[]) => {
  const { deployment } = servers;
  const { code, stdout, stderr } = await deployment.engine([...words, "--stack", deployment.stack]);
  expect(code).not.toBe(0);
  return stdout + stderr;
};

test("is up as services, one task each, and three hosts that manage them", async () => {
  const exporters = members.map((host) => `node-exporter-${host}`);
  await services.settled([...entrances("balancer"), "prometheus", ...members, ...exporters]);
  const nodes = await services.manager("node", "ls", "--format", "{{.ManagerStatus}}");
  expect(nodes.replace("Leader", "Reachable").split("\n")).toEqual([
    ...["Reachable", "Reachable", "Reachable"],
  ]);
});

test("takes a client's write and serves it from the replicas", async () => {
  expect((await site.set("a", "1")).status).toBe(200);
  await site.everywhere("a", "1", 2);
  expect((await site.set("a", "2", "read")).status).toBe(405);
});

test("tells its members and who leads by `status`", async () => {
  const text = await servers.containers.mustCommand("status");
  for (const member of members) expect(text).toMatch(new RegExp(`${member} .*`));
  expect(text).toMatch(/host1 .*master/);
});

changeChecks(() => servers);

test("an outsider finds SSH alone", async () => {
  const outsider = await servers.fleet.outsider();
  for (const { address } of servers.fleet.hosts)
    expect(await outsider.openPorts(address, "1-10000")).toEqual([22]);
  await outsider.remove();
});

test("takes a change one member after the other, and keeps what was written", async () => {
  const times = await servers.containers.startTimes();
  await servers.deployment.set({ synap: { maxMemoryMiB: 80 } });
  await servers.deployment.up();
  const after = await servers.containers.startTimes();
  const started = members.map((member) => {
    const of = (all: Record<string, string>) =>
      Object.entries(all)
        .filter(([name]) => name.startsWith(`${servers.containers.name(member)}.`))
        .map(([, time]) => Date.parse(time));
    expect(Math.max(...of(after))).toBeGreaterThan(Math.max(...of(times)));
    return Math.max(...of(after));
  });
  expect(new Set(started).size).toBe(3);
  expect(await site.get("a", "write")).toBe("1");
  await servers.deployment.up("--expect-no-changes");
});

test("is not moved to plain Docker with its data, in a preview neither", async () => {
  const before = await servers.containers.startTimes();
  await servers.deployment.set({ platform: "docker" });
  for (const words of [["up", "--yes", "--skip-preview"], ["preview"]])
    expect(await refusal(...words)).toContain(
      "synfleet:platform: got docker; allowed: swarm, which has the data.",
    );
  await servers.deployment.set({ ...onSwarm, swarm: { encrypted: true } });
  // By what is there, or before that by kernels that cannot.
  expect(await refusal("preview")).toMatch(
    /synfleet:swarm\.encrypted: got true[;,].* allowed: false/,
  );
  await servers.deployment.set(onSwarm);
  await servers.deployment.up("--expect-no-changes");
  expect(await servers.containers.startTimes()).toEqual(before);
});

describe("a member whose host is lost", () => {
  test("waits for it, and says so; the others go on", async () => {
    await servers.fleet.host("host3").kill();
    expect(await services.waiting("host3")).toMatch(/Pending/);
    expect((await site.set("b", "2")).status).toBe(200);
  });

  test("is back with its host, and has what was written meanwhile", async () => {
    await servers.fleet.host("host3").boot();
    await services.backOn("host3", "host3");
    await site.whole();
    await site.everywhere("b", "2", 2);
    await servers.deployment.up("--expect-no-changes");
  });
});

describe("the list of hosts", () => {
  const setHosts = (hosts: readonly Host[]) => servers.deployment.set({ hosts: declared(hosts) });
  const nodes = async () =>
    (await services.manager("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}"))
      .split("\n")
      .map((line) => line.replace("Leader", "Reachable").trim())
      .sort();
  const three = members.map((host) => `${host} Reachable`);

  test("takes a host in that has no image yet, as a worker with a member that gets what the others have", async () => {
    const { fleet, deployment } = servers;
    await fleet.add(1);
    registry = await PrivateRegistry.start(fleet);
    const { address, caCertificate } = registry;
    await deployment.set({ imageRegistry: { address: `${address}/team`, caCertificate } });
    await setHosts(fleet.hosts);
    const up = ["up", "--yes", "--skip-preview", "--stack", deployment.stack];
    const { code, stdout, stderr } = await deployment.engine(up, await registry.login());
    expect(code, stdout + stderr).toBe(0);
    expect(await nodes()).toEqual([...three, "host4"]);
    await site.everywhere("b", "2", 3);
  });

  test("has it run what the others built, by a login that neither the Swarm nor the state has", async () => {
    const { fleet, deployment } = servers;
    const identity = ["image", "inspect", "--format", "{{.Id}}", imageTag("synap")];
    const [first, last] = [fleet.host("host1"), fleet.host("host4")];
    expect(await last.docker(identity)).toBe(await first.docker(identity));
    const ids = (await first.docker(["service", "ls", "--quiet"])).split("\n");
    const services = await first.docker(["service", "inspect", ...ids]);
    const words = ["stack", "export", "--show-secrets", "--stack", deployment.stack];
    const state = await deployment.mustRun(...words);
    const auth = Buffer.from(`team:${registry!.password}`).toString("base64");
    for (const secret of [registry!.password, auth]) {
      for (const text of [services, state]) expect(text).not.toContain(secret);
      for (const host of fleet.hosts) {
        const found = await host.run(["grep", "-rlF", secret, "/etc", "/root", "/home"]);
        expect(found.stdout).toBe("");
      }
    }
  });

  test("takes it out again, and leaves nothing of the deployment on it", async () => {
    await setHosts(servers.fleet.hosts.slice(0, 3));
    await servers.deployment.set({ imageRegistry: undefined });
    await servers.deployment.up();
    expect(await nodes()).toEqual(three);
    expect((await services.left()).filter((line) => line.startsWith("host4"))).toEqual([]);
    await site.everywhere("b", "2", 2);
  });
});

test("keeps its data, and its place, by `down --keep-data`", async () => {
  const { containers, deployment } = servers;
  await containers.mustCommand("down", "--keep-data");
  const left = await services.left();
  expect(left.filter((line) => !/^host\d: volume /.test(line))).toEqual([]);
  for (const member of members)
    expect(left).toContain(`${member}: volume ${containers.name(member)}-data`);
  await deployment.set({ platform: "docker" });
  expect(await refusal("preview")).toContain("synfleet:platform: got docker; allowed: swarm");
  await deployment.set(onSwarm);
  await deployment.up();
  // The authority and the passwords are new ones.
  site = new SynapSite(members, containers, await deployment.outputs());
  expect(await site.get("b", "write")).toBe("2");
});

test("is gone from every host after a destroy, and so is the Swarm", async () => {
  const { deployment } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await services.left()).toEqual([]);
});
