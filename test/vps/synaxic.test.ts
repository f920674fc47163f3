/** Synaxic on two servers, and on one more and one less: the list of hosts is what changes; two are promoted by hand, three fail over by themselves. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FleetContainers } from "../acceptance/checks/fleet-containers.ts";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { until } from "../support/until.ts";
import { declared, onServers, type OnServers } from "./support.ts";

let servers: OnServers;

beforeAll(async () => {
  servers = await onServers("synaxic", 2);
});
afterAll(() => servers?.remove());

/** As it is with the settings of now. */
async function site(...members: string[]): Promise<Site> {
  const { deployment, fleet } = servers;
  const containers = new FleetContainers(deployment, fleet);
  return new Site(deployment, containers, await deployment.outputs(), members);
}
const setHosts = (...names: string[]) =>
  servers.deployment.set({ hosts: declared(names.map((name) => servers.fleet.host(name))) });
const preview = () => servers.deployment.engine(["preview", "--stack", servers.deployment.stack]);
const slots = (of: Site, leader: string) =>
  of.containers.sql(
    `postgres-${leader}`,
    "select string_agg(slot_name, ' ') from pg_replication_slots",
  );
const accessRules = (of: Site, leader: string) =>
  of.containers.sql(`postgres-${leader}`, "select string_agg(address, ' ') from pg_hba_file_rules");
/** Whether a host's rules know the other for one of its peers. */
const admits = async (host: string, address: string) => {
  const set = ["nft", "get", "element", "inet", "synfleet", "peers4", `{ ${address} }`];
  const { code, stderr } = await servers.fleet.host(host).console(set);
  if (code !== 0 && !/No such file/.test(stderr)) throw new Error(stderr);
  return code === 0;
};

describe("two hosts", () => {
  test("are told, in a preview, that a lost primary is replaced by hand", async () => {
    const { code, stdout } = await preview();
    expect(code).toBe(0);
    expect(stdout).toContain("a lost PostgreSQL primary is replaced by hand alone");
  });

  test("go on without the primary when a person promotes the other, and not before", async () => {
    const two = await site("host1", "host2");
    await two.sql("write", "create table test (message text)");
    await two.inStep();
    expect(await two.leader()).toBe("host1");
    await two.containers.docker("postgres-host1", "kill");
    // Its lease ends, and nobody takes it.
    await until("nobody to lead", () =>
      two.leader().then(
        () => undefined,
        (error: Error) => (error.message === "nobody leads" ? true : undefined),
      ),
    );
    await expect(two.sql("write", "insert into test values ('nobody')")).rejects.toThrow();
    await two.containers.mustCommand("promote", "host2", "--accept-data-loss");
    await until("a write", () => two.sql("write", "insert into test values ('by hand')"));
    await two.containers.docker("postgres-host1", "start");
    await two.inStep();
    expect(await two.leader()).toBe("host2");
  });
});

describe("a host more", () => {
  test("is refused as long as a default would change etcd, with what to write", async () => {
    await servers.fleet.add(1, { images: servers.images });
    await setHosts("host1", "host2", "host3");
    const { code, stdout, stderr } = await preview();
    expect(code).not.toBe(0);
    for (const written of [
      "set synfleet:etcd to [{ name: etcd1, host: host1 }]",
      "{ name: etcd3, host: host3, joins: true }",
    ])
      expect(stdout + stderr).toContain(written);
  });

  test("is a replica more, with its slot, its line of access, its rules and its place behind Nginx", async () => {
    await servers.deployment.set({ etcd: [{ name: "etcd1", host: "host1" }], sentinels: [] });
    await servers.deployment.up();
    const three = await site("host1", "host2", "host3");
    await three.inStep();
    const leader = await three.leader();
    expect(await slots(three, leader)).toContain("postgres_host3");
    const { address } = servers.fleet.host("host3");
    expect(await accessRules(three, leader)).toContain(address);
    for (const host of ["host1", "host2"]) expect(await admits(host, address)).toBe(true);
    expect(await three.instances(16)).toContain("app-host3");
    expect(
      await three.containers.sql("postgres-host3", "select message from test", "synaxic"),
    ).toBe("by hand");
  });
});

describe("a host less", () => {
  test("takes all of that away, and leaves nothing there", async () => {
    const three = await site("host1", "host2", "host3");
    if ((await three.leader()) === "host2")
      await three.containers.mustCommand("switchover", "host1");
    await setHosts("host1", "host3");
    await servers.deployment.up();
    const two = await site("host1", "host3");
    const { address } = servers.fleet.host("host2");
    expect(
      (await servers.containers.leftovers()).filter((line) => line.startsWith("host2")),
    ).toEqual([]);
    await until(
      "the slot to be gone",
      async () => ((await slots(two, "host1")).includes("host2") ? undefined : true),
      { seconds: 120 },
    );
    expect(await accessRules(two, "host1")).not.toContain(address);
    for (const host of ["host1", "host3"]) expect(await admits(host, address)).toBe(false);
    expect(await two.instances(12)).not.toContain("app-host2");
    await two.inStep();
    await two.sql("write", "insert into test values ('after')");
  });
});

describe("a majority that outlives a host", () => {
  test("comes with members of etcd that join and the first Sentinels", async () => {
    const servers3 = ["host1", "host3", "host2"];
    await setHosts(...servers3);
    await servers.deployment.set({
      sentinels: undefined,
      etcd: servers3.map((host, index) => ({
        ...{ name: `etcd${index + 1}`, host },
        ...(index > 0 && { joins: true }),
      })),
    });
    await servers.deployment.up();
    await (await site(...servers3)).inStep();
    await servers.deployment.up("--expect-no-changes");
  });

  test("replaces both primaries by itself when their host is lost", async () => {
    const three = await site("host1", "host3", "host2");
    await three.containers.mustCommand("switchover", "host3", "--service", "redis");
    if ((await three.leader()) !== "host3")
      await three.containers.mustCommand("switchover", "host3");
    await three.inStep();
    const writer = new Writer(three, "lost");
    await writer.progress(5);
    await servers.fleet.host("host3").kill();
    await writer.progress(5);
    await until("a write to Redis", async () => {
      const client = await three.redis();
      const answer = await client.set("host3", "lost");
      client.destroy();
      return answer ?? undefined;
    });
    await servers.fleet.host("host3").boot();
    await three.inStep();
    expect(await writer.lost()).toEqual([]);
  });
});

test("destroy leaves nothing on any host", async () => {
  const { deployment, containers } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await containers.leftovers()).toEqual([]);
});
