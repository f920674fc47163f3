/** Synaxic on three servers that are reached by SSH, brought up by the program and asked as its clients and operators would. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imagesOf } from "../../commands/support/images.ts";
import { buildImage, type ImageName } from "../../images/build.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import { Anywhere } from "../support/anywhere.ts";
import { Deployment } from "../support/deployment.ts";
import { psql, urlsOf } from "../support/libpq.ts";
import { until } from "../support/until.ts";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { FleetContainers } from "../acceptance/checks/fleet-containers.ts";
import { ask } from "../acceptance/checks/https.ts";
import { frontChecks } from "../acceptance/checks/synaxic/front.ts";
import { fullDiskChecks } from "../acceptance/checks/synaxic/full-disk.ts";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { storeChecks } from "../acceptance/checks/synaxic/stores.ts";

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
    // The writer knows the balancer of the first host alone.
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

fullDiskChecks("a host's disk", () => ({
  site,
  fill: () => fleet.hosts[0]!.fillDisk(),
  free: () => fleet.hosts[0]!.freeDisk(),
}));

test("the first host that is lost leaves clients that know the others' balancers and Nginx at work", async () => {
  await site.inStep();
  // Lost is then all that a client of one host alone had: the way in, and the leader.
  if ((await site.leader()) !== members[0]) await containers.mustCommand("switchover", members[0]!);
  await site.inStep();
  const { writeAll, readAll, appAll, redisAll } = site.outputs.endpoints as Record<string, any>;
  const writer = new Writer(site, "first host lost", new Anywhere(urlsOf(writeAll)));
  await writer.progress(5);
  await fleet.hosts[0]!.kill();
  await writer.progress(5);
  for (const [url, statement, answer] of [
    [writeAll, "insert into test (message) values ('libpq') returning message", "libpq"],
    [readAll, "select 1", "1"],
  ])
    await until("an answer to libpq", async () => {
      const { code, stdout, stderr } = await psql(url, statement, site.outputs);
      if (code !== 0) throw new Error(stderr);
      return stdout.startsWith(answer) ? true : undefined;
    });
  const browser = new Anywhere(appAll);
  await until("an answer of the app", () =>
    browser.ask(async (url) => {
      const given = { ca: site.outputs.caCertificate, method: "POST", seconds: 5 };
      const { status, text } = await ask(`${url}/api/items`, { ...given, json: { name: "kept" } });
      if (status >= 300) throw new Error(`${status} ${text}`);
      return status;
    }),
  );
  const cache = new Anywhere(redisAll);
  await until("an answer of Redis", () =>
    cache.ask(async (url) => {
      const client = await site.redis({ url });
      await client.set("first host", "lost");
      const value = await client.get("first host");
      client.destroy();
      return value ?? undefined;
    }),
  );
  await fleet.hosts[0]!.boot();
  await site.inStep();
  expect(await writer.lost()).toEqual([]);
});

describe("destroy", () => {
  test("leaves nothing on any host", async () => {
    await deployment.destroy();
    expect(await containers.leftovers()).toEqual([]);
  });
});
