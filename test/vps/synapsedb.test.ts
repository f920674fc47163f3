/** SynapseDB on three servers that are reached by SSH: what it does on one host, and what becomes of it when servers are lost. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { failoverChecks } from "../acceptance/checks/failover.ts";
import {
  ask,
  nodesOf,
  onEachNode,
  whole,
  writeUrl,
  type Fleet,
} from "../acceptance/checks/fleet.ts";
import { replicationChecks } from "../acceptance/checks/replication.ts";
import { rollingChecks } from "../acceptance/checks/rolling.ts";
import { schemaChecks } from "../acceptance/checks/schema.ts";
import { serviceChecks } from "../acceptance/checks/services.ts";
import type { Host } from "../lab/fleet/host.ts";
import { Anywhere } from "../support/anywhere.ts";
import { Ledger } from "../support/ledger.ts";
import { psql, urlsOf } from "../support/libpq.ts";
import { until } from "../support/until.ts";
import { onServers, type OnServers } from "./support.ts";

/** The clients of most tests know the first host's balancer alone, so the first writer is on another: its host can be lost and they stay. */
const members = [
  { name: "postgres1", host: "host2" },
  { name: "postgres2", host: "host3" },
  { name: "postgres3", host: "host1" },
];
const lost = ["postgres1", "postgres2"];

let servers: OnServers;
let fleet: Fleet;

beforeAll(async () => {
  servers = await onServers("synapsedb", 3, { members });
  fleet = await asked(
    (host) => host.kill(),
    (host) => host.boot(),
  );
});
afterAll(() => servers?.remove());

/** The system as the checks see it, with a way in which a member is lost and comes back. */
async function asked(
  kill: (host: Host) => Promise<void>,
  start: (host: Host) => Promise<void>,
): Promise<Fleet> {
  const { containers, deployment } = servers;
  const hostOf = (member: string) =>
    servers.fleet.host(members.find(({ name }) => name === member)!.host);
  return {
    ...nodesOf(await deployment.outputs()),
    kill: (member) => kill(hostOf(member)),
    start: (member) => start(hostOf(member)),
    logs: (alias) => containers.docker(alias, "logs"),
  };
}

describe("services", () => serviceChecks(() => fleet));
describe("replication", () => replicationChecks(() => fleet));
describe("schema", () => schemaChecks(() => fleet));

changeChecks(() => servers);

test("an outsider finds SSH alone", async () => {
  const outsider = await servers.fleet.outsider();
  for (const host of servers.fleet.hosts) {
    const listening = await host.must(["ss", "-Hltn"]);
    const ports = [...listening.matchAll(/:(\d+) /g)].map(([, port]) => port);
    expect(ports.length).toBeGreaterThan(5);
    for (const address of [host.address, host.address6])
      expect(await outsider.openPorts(address, `1-1024,${ports.join(",")}`)).toEqual([22]);
  }
  await outsider.remove();
});

test("nothing is read along between hosts", async () => {
  const canary = randomBytes(16).toString("hex");
  const captures = await Promise.all(servers.fleet.hosts.map((host) => host.capture("tcp")));
  await ask(fleet, writeUrl(fleet), "create table canary (value text primary key)");
  await ask(fleet, writeUrl(fleet), "insert into canary values ($1)", [canary]);
  await onEachNode(fleet, async (clients) => {
    for (const client of clients)
      await until("the canary", async () => {
        const { rows } = await client.query("select value from canary").catch(() => ({ rows: [] }));
        return rows[0];
      });
  });
  const { credentials } = fleet.outputs;
  const secrets = [credentials.postgres.password, credentials.managerToken];
  for (const packets of await Promise.all(captures.map((capture) => capture.stop()))) {
    expect(packets.length).toBeGreaterThan(10_000);
    for (const text of [canary, ...secrets]) expect(packets.includes(text)).toBe(false);
  }
});

describe("the loss of a host", () =>
  failoverChecks(() => fleet, { how: "lost with its host", lost }));

test("the first host that is lost leaves clients that know the others' balancers writing", async () => {
  await whole(fleet);
  const urls = urlsOf(String(fleet.outputs.endpoints["writeAll"]));
  const anywhere = new Anywhere(urls);
  await ask(fleet, urls[0]!, "create table if not exists entered (id int primary key)");
  const insert = "insert into entered values ($1) on conflict do nothing";
  const ledger = new Ledger(async (id) => {
    await anywhere.ask((url) => ask(fleet, url, insert, [id]));
  });
  await ledger.progress(20);
  const first = servers.fleet.host("host1");
  await first.kill();
  await ledger.progress(20);
  const all = String(fleet.outputs.endpoints["readAll"]);
  expect(await psql(all, "select 1", fleet.outputs)).toMatchObject({ code: 0, stdout: "1\n" });
  await first.boot();
  await ledger.progress(20);
  await ledger.stop();
  await whole(fleet);
  const rows = await ask<{ id: number }>(fleet, writeUrl(fleet), "select id from entered");
  const kept = new Set(rows.map(({ id }) => id));
  expect(ledger.acknowledged.filter((id) => !kept.has(id))).toEqual([]);
});

describe("a network that is cut both ways", () => {
  let cut: Fleet;
  beforeAll(async () => {
    cut = await asked(
      (host) => host.cutOff(),
      (host) => host.heal(),
    );
  });
  failoverChecks(() => cut, { how: "cut off with its host", lost });
});

describe("changes of settings", () =>
  rollingChecks(() => ({
    deployment: servers.deployment,
    containers: servers.containers,
    fleet,
  })));

describe("destroy", () => {
  test("leaves nothing on any host", async () => {
    const { deployment, containers } = servers;
    await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
    expect(await containers.leftovers()).toEqual([]);
  });
});
