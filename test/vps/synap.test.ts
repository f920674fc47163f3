/** Synap on three servers that are reached by SSH: hosts are lost, come back, are taken out of the list and put in again. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { servingChecks } from "../acceptance/checks/synap/serving.ts";
import { SynapSite } from "../acceptance/checks/synap/site.ts";
import { synapServer } from "../support/synap-server.ts";
import { until } from "../support/until.ts";
import { declared, onServers, type OnServers } from "./support.ts";

/** A member a host, called after it, which is what several hosts have without more settings. */
const members = ["host1", "host2", "host3"];

let servers: OnServers;
let site: SynapSite;

beforeAll(async () => {
  await synapServer();
  // The clients of most tests know the first host's balancer alone: the master's can be lost and they stay.
  servers = await onServers("synap", 3, { master: "host2" });
  site = new SynapSite(members, servers.containers, await servers.deployment.outputs());
});
afterAll(() => servers?.remove());

const host = (name: string) => servers.fleet.host(name);
/** Takes the list of hosts to these, as an edit of the settings would. */
const setHosts = (...names: string[]) =>
  servers.deployment.set({ hosts: declared(names.map(host)) });
const up = ["up", "--yes", "--skip-preview"];
const refusal = async (command: readonly string[]) => {
  const { code, stdout, stderr } = await servers.deployment.engine([
    ...command,
    ...["--stack", servers.deployment.stack],
  ]);
  expect(code).not.toBe(0);
  return stdout + stderr;
};

describe("Synap", () => servingChecks(() => site));

changeChecks(() => servers);

test("where clients get in is told by `status`", async () => {
  const text = await servers.containers.mustCommand("status");
  for (const [name, on] of [
    ["balancer", "host1"],
    ["balancer-host2", "host2"],
    ["balancer-host3", "host3"],
  ])
    expect(text).toMatch(new RegExp(`^ *${name} +${on} +healthy`, "m"));
});

test("nothing is read along between hosts", async () => {
  const canary = randomBytes(16).toString("hex");
  const captures = await Promise.all(servers.fleet.hosts.map((on) => on.capture("tcp")));
  await site.set("canary", canary);
  await site.everywhere("canary", canary, 2);
  const secrets = [canary, site.outputs.credentials.synap!.password];
  for (const packets of await Promise.all(captures.map((capture) => capture.stop()))) {
    expect(packets.length).toBeGreaterThan(5000);
    for (const secret of secrets) expect(packets.includes(secret)).toBe(false);
  }
});

describe("a host with a replica", () => {
  test.each([
    ["is lost", "kill", "boot"],
    ["is cut off", "cutOff", "heal"],
    ["has a full disk", "fillDisk", "freeDisk"],
  ] as const)("that %s costs no write, and follows again afterwards", async (what, lose, bring) => {
    await site.whole();
    const ledger = site.ledger();
    await ledger.progress(5);
    await host("host3")[lose]();
    await ledger.progress(20);
    await host("host3")[bring]();
    await ledger.progress(5);
    await ledger.stop();
    expect(await site.lost(ledger)).toEqual([]);
    await site.written("returned", what);
    await site.everywhere("returned", what, 2);
    await site.whole();
  });
});

test("the master's host whose disk fills hands over, and comes back as a replica by itself", async () => {
  await site.whole();
  expect(await site.master()).toBe("host2");
  const ledger = site.ledger();
  await ledger.progress(5);
  // Below the limit first, as a disk does that fills by and by: what it takes at once nobody can see coming.
  await host("host2").fillDisk(100);
  await until("another master", async () => ((await site.master()) === "host1" ? true : undefined));
  await host("host2").fillDisk();
  await ledger.progress(20);
  await host("host2").freeDisk();
  await ledger.progress(5);
  await ledger.stop();
  await site.whole();
  expect(await site.lost(ledger)).toEqual([]);
  await servers.containers.mustCommand("switchover", "host2");
  await site.whole();
  expect(await site.master()).toBe("host2");
});

test("the master's host that is lost comes back with all that was acknowledged", async () => {
  const ledger = site.ledger();
  await ledger.progress(20);
  await host("host2").kill();
  expect(await site.get("returned")).toBe("has a full disk");
  await host("host2").boot();
  await ledger.progress(5);
  await ledger.stop();
  expect(await site.lost(ledger)).toEqual([]);
  await site.whole();
  expect(await site.master()).toBe("host2");
});

test("the first host that is lost leaves clients that know the others' balancers writing", async () => {
  const ledger = site.ledgerAnywhere();
  await ledger.progress(20);
  await host("host1").kill();
  await ledger.progress(20);
  await host("host1").boot();
  await ledger.progress(20);
  await ledger.stop();
  // That the others' balancers take writes says nothing of its own, by which is asked.
  await site.written("first host", "back");
  expect(await site.lost(ledger)).toEqual([]);
  await site.whole();
});

describe("the list of hosts", () => {
  test("does not lose the master, nor the only copy, without the word for it", async () => {
    const before = await servers.containers.startTimes();
    await setHosts("host1", "host3");
    await servers.deployment.set({ master: "host1" });
    for (const command of [up, ["preview"]])
      expect(await refusal(command)).toContain(
        "synfleet:members: got host1 on host1, host3 on host3, without the master host2; allowed: host2 on host2 until another is the master.",
      );
    await servers.deployment.set({ members: [{ name: "other" }], master: "other" });
    expect(await refusal(up)).toContain(
      "allowed: at least one that stays where its data is: host1 on host1, host2 on host2, host3 on host3. All copies of the data would go.",
    );
    expect(await servers.containers.startTimes()).toEqual(before);
  });

  test("takes a replica out with its host, of which nothing is left there", async () => {
    await setHosts("host1", "host2");
    await servers.deployment.set({ members: undefined, master: "host2" });
    await servers.deployment.up();
    const left = await servers.containers.leftovers();
    expect(left.filter((line) => line.startsWith("host3"))).toEqual([]);
    await site.written("on two", "hosts");
    await site.everywhere("on two", "hosts", 1);
  });

  test("puts it in again, and it has all that was written meanwhile", async () => {
    await setHosts("host1", "host2", "host3");
    await servers.deployment.up();
    await site.whole();
    await site.everywhere("on two", "hosts", 2);
  });

  test("takes the master's host out when another has become the master", async () => {
    await servers.deployment.set({ master: "host1" });
    await servers.deployment.up();
    await setHosts("host1", "host3");
    await servers.deployment.up();
    await site.written("without", "the old master");
    await site.everywhere("without", "the old master", 1);
    expect(await site.get("on two", "write")).toBe("hosts");
    const left = await servers.containers.leftovers();
    expect(left.filter((line) => line.startsWith("host2"))).toEqual([]);
  });
});

test("the first host is taken out by the names that the others' balancers have", async () => {
  await setHosts("host1", "host3", "host2");
  await servers.deployment.set({ master: "host3" });
  await servers.deployment.up();
  await setHosts("host3", "host2");
  const written = "[{ name: balancer-host3, host: host3 }, { name: balancer-host2, host: host2 }]";
  const told = await refusal(["preview"]);
  expect(told).toContain("balancer on host3; allowed: balancer-host3 on host3");
  expect(told).toContain(`set synfleet:balancers to ${written}`);
  const balancers = ["host3", "host2"].map((name) => ({ name: `balancer-${name}`, host: name }));
  await servers.deployment.set({ balancers });
  await servers.deployment.up();
  const left = await servers.containers.leftovers();
  const there = left.flatMap((line) => /^host1: (.*)/.exec(line)?.[1] ?? []);
  // The volumes of a Prometheus that moved stay where they were: they are taken away by hand.
  expect(there.filter((line) => !/^volume .*-prometheus-(config|data)$/.test(line))).toEqual([]);
  for (const line of there) await host("host1").docker(["volume", "rm", line.split(" ")[1]!]);
  const two = new SynapSite(
    ["host3", "host2"],
    servers.containers,
    await servers.deployment.outputs(),
  );
  await two.written("without", "the first host");
  await two.everywhere("without", "the first host", 1);
});

test("destroy leaves nothing on any host", async () => {
  const { deployment, containers } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await containers.leftovers()).toEqual([]);
});
