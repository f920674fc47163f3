/** Synaxic as services of a Swarm by the setting alone, and the loss of its primary's host. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import { frontChecks } from "../acceptance/checks/synaxic/front.ts";
import { Site, Writer } from "../acceptance/checks/synaxic/site.ts";
import { storeChecks } from "../acceptance/checks/synaxic/stores.ts";
import { onServers, type OnServers } from "../vps/support.ts";
import { entrances, onSwarm, Services } from "./services.ts";

const members = ["main", "replica1", "replica2"];
const placed = members.map((name, index) => ({ name, host: `host${index + 1}` }));
const hostOf = (member: string) => servers.fleet.host(`host${members.indexOf(member) + 1}`);

let servers: OnServers;
let services: Services;
let site: Site;

beforeAll(async () => {
  servers = await onServers("synaxic", 3, { ...onSwarm, members: placed });
  services = new Services(servers);
  const { deployment, containers } = servers;
  site = new Site(deployment, containers, await deployment.outputs(), members);
}, 900_000);
afterAll(() => servers?.remove());

test("is up as services, one task each", async () => {
  const each = ["postgres", "redis", "app", "postgres-exporter", "redis-exporter"];
  const hosts = [1, 2, 3].flatMap((n) => [`node-exporter-host${n}`, `postgres-fence-host${n}`]);
  const quorum = [1, 2, 3].flatMap((n) => [`etcd${n}`, `sentinel${n}`]);
  await services.settled([
    ...each.flatMap((part) => members.map((member) => `${part}-${member}`)),
    ...[...hosts, ...quorum, ...entrances("balancer"), ...entrances("proxy"), "prometheus"],
  ]);
});

storeChecks(() => site);
frontChecks(() => site, {
  stop: (alias) => services.scale(alias, 0),
  start: (alias) => services.scale(alias, 1),
});

test("tells who leads by `status`, and hands over by `switchover`", async () => {
  const leader = await site.leader();
  const status = await servers.containers.mustCommand("status");
  expect(status).toMatch(new RegExp(`postgres-${leader} .*leader`));
  const next = members.find((member) => member !== leader && member !== "main")!;
  await servers.containers.mustCommand("switchover", next);
  expect(await site.leader()).toBe(next);
  await site.inStep();
});

changeChecks(() => servers);

describe("a host that is lost with all on it", () => {
  test("is made good by the others, and nothing acknowledged is lost", async () => {
    await site.inStep();
    // The writer knows the balancer of the first host alone.
    const lost = await site.leader();
    expect(lost).not.toBe("main");
    const writer = new Writer(site, "host lost");
    await writer.progress(5);
    await hostOf(lost).kill();
    await writer.progress(5);
    expect(await site.leader()).not.toBe(lost);
    await hostOf(lost).boot();
    await services.backOn(`postgres-${lost}`, `host${members.indexOf(lost) + 1}`);
    await site.inStep();
    expect(await writer.lost()).toEqual([]);
    await servers.deployment.up("--expect-no-changes");
  });
});

test("is gone from every host after a destroy, and so is the Swarm", async () => {
  const { deployment } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await services.left()).toEqual([]);
});
