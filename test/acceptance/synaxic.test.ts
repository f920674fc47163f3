/** Synaxic on one Docker host, brought up by the program and asked as its clients and its operators would. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Deployment } from "../support/deployment.ts";
import { leftovers } from "../support/leftovers.ts";
import { changeChecks } from "./checks/changes.ts";
import { Containers } from "./checks/containers.ts";
import { dashboardChecks } from "./checks/dashboards.ts";
import { frontChecks } from "./checks/synaxic/front.ts";
import { lossChecks, operationChecks, replicaChecks } from "./checks/synaxic/operations.ts";
import { Site } from "./checks/synaxic/site.ts";
import { storeChecks } from "./checks/synaxic/stores.ts";

let deployment: Deployment;
let site: Site;

beforeAll(async () => {
  deployment = await Deployment.create({ system: "synaxic", postgres: { failover: "fast" } });
  await deployment.up();
  site = new Site(deployment, new Containers(deployment), await deployment.outputs());
});
afterAll(() => deployment?.remove());

storeChecks(() => site);
frontChecks(() => site);
describe("dashboards", () => dashboardChecks(() => site.outputs));

changeChecks(() => site);

operationChecks(() => site);
replicaChecks(() => site);
lossChecks(() => site);

describe("destroy", () => {
  test("leaves nothing", async () => {
    await deployment.destroy();
    expect(await leftovers(deployment.prefix)).toEqual([]);
  });
});
