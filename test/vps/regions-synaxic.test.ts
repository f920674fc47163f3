/** Synaxic on five servers in three regions, as docs/hosts.md places it: the region of the PostgreSQL leader is lost with all in it, and comes back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { Anywhere } from "../support/anywhere.ts";
import { urlsOf } from "../support/libpq.ts";
import { until } from "../support/until.ts";
import { onServers, type OnServers } from "./support.ts";

const regions = ["a", "a", "b", "b", "c"];
const patience = { seconds: 300 };

let servers: OnServers;
let site: Site;

beforeAll(async () => {
  servers = await onServers("synaxic", regions.length, {}, regions);
  const { deployment, containers, fleet } = servers;
  const members = fleet.hosts.map(({ name }) => name);
  site = new Site(deployment, containers, await deployment.outputs(), members);
});
afterAll(() => servers?.remove());

const inStep = () => until("all in step", async () => (await site.inStep(), true), patience);
const held = (member: string) =>
  site.containers.sql(
    `postgres-${member}`,
    "select count(*) || ' ' || md5(string_agg(message, ' ' order by message)) from test",
    "synaxic",
  );

test("the leader's region is replaced by the others, and nothing acknowledged is lost", async () => {
  await site.sql("write", "create table test (message text)");
  await inStep();
  const { hosts } = servers.fleet;
  const regionOf = (name: string) => regions[hosts.findIndex((host) => host.name === name)]!;
  const lost = regionOf(await site.leader());
  const writeAll = String(site.outputs.endpoints["writeAll"]);
  const writer = new Writer(site, "region lost", new Anywhere(urlsOf(writeAll)));
  await writer.progress(20);
  const gone = hosts.filter(({ name }) => regionOf(name) === lost);
  await Promise.all(gone.map((host) => host.kill()));
  await writer.progress(20, 180);
  // Who is asked may hear of it some seconds later.
  await until("all to know a leader elsewhere", async () => {
    return regionOf(await site.leader()) !== lost || undefined;
  });
  await Promise.all(gone.map((host) => host.boot()));
  await inStep();
  expect(await writer.lost()).toEqual([]);
  await inStep();
  const answers = await Promise.all(site.members.map(held));
  expect(new Set(answers)).toEqual(new Set([answers[0]]));
});

test("an up after that changes nothing", () => servers.deployment.up("--expect-no-changes"));

test("destroy leaves nothing on any host", async () => {
  const { deployment, containers } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await containers.leftovers()).toEqual([]);
});
