/** A Swarm of one host that has Docker already and is not prepared: Synap on it by the setting, past the policies. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyPack } from "../../commands/support/paths.ts";
import { SynapSite } from "../acceptance/checks/synap/site.ts";
import { synapServer } from "../support/synap-server.ts";
import { onServers, type OnServers } from "../vps/support.ts";
import { onSwarm, Services } from "./services.ts";

let servers: OnServers;
let services: Services;

beforeAll(async () => {
  await synapServer();
  const here = { topology: "single-host", prepareHosts: false, clientCidrs: [] };
  servers = await onServers("synap", 1, { ...onSwarm, ...here });
  services = new Services(servers);
}, 900_000);
afterAll(() => servers?.remove());

test("is up on the one host, and answers", async () => {
  const members = ["synap1", "synap2", "synap3"];
  await services.settled(["balancer", "prometheus", "node-exporter-host1", ...members]);
  const site = new SynapSite(members, servers.containers, await servers.deployment.outputs());
  expect((await site.set("a", "1")).status).toBe(200);
  await site.everywhere("a", "1", 2);
});

test("violates no policy", async () => {
  const told = await servers.deployment.up("--policy-pack", policyPack);
  expect(told).toContain("unchanged");
  expect(told).not.toMatch(/violat|mandatory|advisory/i);
});

test("leaves nothing behind, and no Swarm", async () => {
  const { deployment } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await services.left()).toEqual([]);
});
