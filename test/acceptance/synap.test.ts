/** Synap on one Docker host, brought up by the program and asked as its clients and its operators would. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage } from "../../images/build.ts";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";
import { synapServer } from "../support/synap-server.ts";
import { changeChecks } from "./checks/changes.ts";
import { Containers, docker } from "./checks/containers.ts";
import { dashboardChecks } from "./checks/dashboards.ts";
import { servingChecks } from "./checks/synap/serving.ts";
import { SynapSite } from "./checks/synap/site.ts";

let deployment: Deployment;
let containers: Containers;
let site: SynapSite;
const members = ["synap1", "synap2", "synap3"];

beforeAll(async () => {
  const server = await synapServer();
  console.log(`Synap server: ${server.kind} (${server.image})`);
  await buildImage("synap");
  deployment = await Deployment.create({ system: "synap" });
  containers = new Containers(deployment);
  await deployment.up();
  site = new SynapSite(members, containers, await deployment.outputs());
});
afterAll(() => deployment?.remove());

describe("Synap", () => {
  servingChecks(() => site);

  dashboardChecks(() => site.outputs);

  test("has its data and fresh replicas after the master was killed", async () => {
    await docker("kill", containers.name("synap1"));
    await docker("start", containers.name("synap1"));
    await site.written("after", "the kill");
    await site.everywhere("after", "the kill", 2);
    await site.everywhere("user:100", "Alice", 2);
  });
});

changeChecks(() => ({ deployment, containers }));

describe("operations", () => {
  test("status tells who is master, and how far the others are behind", async () => {
    await site.whole();
    const text = await containers.mustCommand("status");
    expect(text).toMatch(/synap1 +master +ready/);
    expect(text).toMatch(/synap2 +replica +ready +0/);
  });

  test("a replica comes and goes by one command each", async () => {
    await containers.mustCommand("add-replica", "synap4");
    await site.whole([...members, "synap4"]);
    await site.everywhere("user:100", "Alice", 3);
    await site.set("new", "value");
    await site.everywhere("new", "value", 3);
    await containers.mustCommand("remove-replica", "synap4");
    const left = await leftovers(deployment.prefix);
    expect(left.filter((line) => line.includes("synap4"))).toEqual([]);
    await site.whole();
  });

  test("another member becomes master while writes come in, and nothing acknowledged is lost", async () => {
    const ledger = site.ledger();
    await ledger.progress(10);
    expect(await containers.mustCommand("switchover", "synap2")).toContain(
      "Synap is led by synap2 now; it was synap1",
    );
    expect(await site.master()).toBe("synap2");
    await ledger.progress(10);
    await ledger.stop();
    await site.whole();
    expect(await site.lost(ledger)).toEqual([]);
    await deployment.set({ master: "synap2" });
    await deployment.up();
    expect(await site.master()).toBe("synap2");
    await site.everywhere("user:100", "Alice", 2);
  });
});

describe("destroy", () => {
  test("leaves nothing", async () => {
    await deployment.destroy();
    expect(await leftovers(deployment.prefix)).toEqual([]);
  });
});
