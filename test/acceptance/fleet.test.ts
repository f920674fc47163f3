/** Synaxic on three servers that are reached by SSH, brought up by the program and asked as its clients and operators would. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imagesOf } from "../../commands/support/images.ts";
import { buildImage, type ImageName } from "../../images/build.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import { Deployment } from "../support/deployment.ts";
import { changeChecks } from "./checks/changes.ts";
import { FleetContainers } from "./checks/fleet-containers.ts";
import { frontChecks } from "./checks/synaxic/front.ts";
import { Site, Writer } from "./checks/synaxic/site.ts";
import { storeChecks } from "./checks/synaxic/stores.ts";

let fleet: Fleet;
let deployment: Deployment;
let containers: FleetContainers;
let site: Site;

const members = ["main", "replica1", "replica2"];

beforeAll(async () => {
  const images: string[] = [];
  for (const name of imagesOf.synaxic) images.push(await buildImage(name as ImageName));
  fleet = await Fleet.start({ hosts: members.length, images });
  const hosts = fleet.hosts.map(({ name, address, keyPath: keyFile, hostKey }) => ({
    ...{ name, address, ssh: { keyFile, hostKey } },
  }));
  const placed = (names: readonly string[]) =>
    names.map((name, index) => ({ name, host: hosts[index]!.name }));
  const numbered = (name: string) => placed(members.map((_, index) => `${name}${index + 1}`));
  deployment = await Deployment.create({
    ...{ system: "synaxic", topology: "several-hosts", hosts, postgres: { failover: "fast" } },
    // The lab has no time of its own.
    ...{ prepareHosts: true, preparation: { clock: false } },
    clientCidrs: [`${fleet.operator.address}/32`],
    ...{ members: placed(members), etcd: numbered("etcd"), sentinels: numbered("sentinel") },
  });
  await deployment.up();
  containers = new FleetContainers(deployment, fleet);
  site = new Site(deployment, containers, await deployment.outputs());
});
afterAll(async () => {
  await deployment?.forget();
  await fleet?.removeAll();
});

storeChecks(() => site);
frontChecks(() => site);

changeChecks(() => ({ deployment, containers }));

test("an outsider finds SSH alone, in IPv4 and IPv6", async () => {
  const outsider = await fleet.outsider();
  for (const host of fleet.hosts) {
    const listening = await host.must(["ss", "-Hltn"]);
    const ports = [...listening.matchAll(/:(\d+) /g)].map(([, port]) => port);
    expect(ports.length).toBeGreaterThan(10);
    const asked = `1-1024,${ports.join(",")}`;
    for (const address of [host.address, host.address6])
      expect(await outsider.openPorts(address, asked)).toEqual([22]);
  }
  await outsider.remove();
});

test("nothing is read along between hosts", async () => {
  const canary = randomBytes(16).toString("hex");
  const captures = await Promise.all(fleet.hosts.map((host) => host.capture("tcp")));
  await site.sql("write", "insert into test (message) values ($1)", [canary]);
  const client = await site.redis();
  await client.set("canary", canary);
  await client.wait(2, 10_000);
  client.destroy();
  await site.inStep();
  for (const packets of await Promise.all(captures.map((capture) => capture.stop()))) {
    expect(packets.length).toBeGreaterThan(10_000);
    expect(packets.includes(canary)).toBe(false);
  }
});

describe("a host that is lost with all on it", () => {
  test("is made good by the others, and nothing acknowledged is lost", async () => {
    await site.inStep();
    const leader = await site.leader();
    // The first host has the balancer, by which the writer comes.
    if (leader === members[0]) await containers.mustCommand("switchover", members[1]!);
    const lost = await site.leader();
    const writer = new Writer(site, "host lost");
    await writer.progress(5);
    const host = fleet.hosts[members.indexOf(lost)]!;
    await host.kill();
    await writer.progress(5);
    expect(await site.leader()).not.toBe(lost);
    await host.boot();
    await site.inStep();
    expect(await writer.lost()).toEqual([]);
  });
});

describe("destroy", () => {
  test("leaves nothing on any host", async () => {
    await deployment.destroy();
    expect(await containers.leftovers()).toEqual([]);
  });
});
