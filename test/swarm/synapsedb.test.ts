/** SynapseDB as services of a Swarm by the setting alone: what it does on plain Docker, and what becomes of it when a host is lost. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { failoverChecks } from "../acceptance/checks/failover.ts";
import { ask, nodesOf, whole, type Fleet } from "../acceptance/checks/fleet.ts";
import { replicationChecks } from "../acceptance/checks/replication.ts";
import { schemaChecks } from "../acceptance/checks/schema.ts";
import { serviceChecks } from "../acceptance/checks/services.ts";
import { onServers, type OnServers } from "../vps/support.ts";
import { entrances, onSwarm, Services } from "./services.ts";

/** The clients of these tests know the first host's balancer alone, so the first writer is on another: its host can be lost and they stay. */
const members = [
  { name: "postgres1", host: "host2" },
  { name: "postgres2", host: "host3" },
  { name: "postgres3", host: "host1" },
];

let servers: OnServers;
let services: Services;
let fleet: Fleet;

beforeAll(async () => {
  servers = await onServers("synapsedb", 3, { ...onSwarm, members });
  services = new Services(servers);
  const { containers, deployment } = servers;
  const hostOf = (member: string) =>
    servers.fleet.host(members.find(({ name }) => name === member)!.host);
  fleet = {
    ...nodesOf(await deployment.outputs()),
    kill: (member) => hostOf(member).kill(),
    start: (member) => hostOf(member).boot(),
    logs: (alias) => containers.docker(alias, "logs"),
  };
}, 900_000);
afterAll(() => servers?.remove());

test("is up as services, one task each; the one that began it has ended", async () => {
  const numbered = (role: string) => [1, 2, 3].map((number) => `${role}${number}`);
  const aliases = [
    ...["etcd", "postgres", "manager", "postgres-exporter"].flatMap(numbered),
    ...[...entrances("balancer"), "prometheus", ...numbered("node-exporter-host")],
  ];
  await services.settled(aliases, ["init"]);
});

describe("services", () => serviceChecks(() => fleet));
describe("replication", () => replicationChecks(() => fleet));
describe("schema", () => schemaChecks(() => fleet));

changeChecks(() => servers);

test("an outsider finds SSH alone", async () => {
  const outsider = await servers.fleet.outsider();
  for (const { address } of servers.fleet.hosts)
    expect(await outsider.openPorts(address, "1-10000")).toEqual([22]);
  await outsider.remove();
});

test("a setting goes through the nodes one at a time, and what was acknowledged is there", async () => {
  await whole(fleet);
  const write = String(fleet.outputs.endpoints["write"]);
  await ask(fleet, write, "create table rolling (id int primary key)");
  await ask(fleet, write, "insert into rolling values (1)");
  await servers.deployment.set({ postgres: { maxConnections: 150 } });
  await servers.deployment.up();
  for (const url of fleet.nodes) {
    expect(await ask(fleet, url, "show max_connections")).toEqual([{ max_connections: "150" }]);
    expect(await ask(fleet, url, "select id from rolling")).toEqual([{ id: 1 }]);
  }
  await servers.deployment.up("--expect-no-changes");
});

describe("the loss of a host", () => {
  failoverChecks(() => fleet, { how: "lost with its host", lost: ["postgres1"] });

  test("leaves nothing to change when it is back", async () => {
    await services.backOn("postgres1", "host2");
    await whole(fleet);
    await servers.deployment.up("--expect-no-changes");
  });
});

test("is gone from every host after a destroy, and so is the Swarm", async () => {
  const { deployment } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await services.left()).toEqual([]);
});
