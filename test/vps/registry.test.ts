/** Images by way of a private registry: two hosts have them, as if built there; the third has never seen one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { imagesOf } from "../../commands/support/images.ts";
import { buildImage, imageTag } from "../../images/build.ts";
import { FleetContainers } from "../acceptance/checks/fleet-containers.ts";
import { Fleet } from "../lab/fleet/fleet.ts";
import { Deployment } from "../support/deployment.ts";
import { PrivateRegistry } from "../support/registry/registry.ts";
import { synapServer } from "../support/synap-server.ts";
import { declared } from "./support.ts";

let fleet: Fleet;
let registry: PrivateRegistry;
let deployment: Deployment;

beforeAll(async () => {
  await synapServer();
  const images: string[] = [];
  for (const name of imagesOf.synap) images.push(await buildImage(name));
  fleet = await Fleet.start({ hosts: 2, images });
  await fleet.add(1);
  registry = await PrivateRegistry.start(fleet);
  const { address, caCertificate } = registry;
  deployment = await Deployment.create({
    ...{ system: "synap", topology: "several-hosts", hosts: declared(fleet.hosts) },
    ...{ prepareHosts: true, preparation: { clock: false } },
    ...{ clientCidrs: [`${fleet.operator.address}/32`] },
    imageRegistry: { address: `${address}/team`, caCertificate },
  });
});
afterAll(async () => {
  await deployment?.forget();
  await registry?.remove();
  await fleet?.removeAll();
});

const up = ["up", "--yes", "--skip-preview", "--stack"];
const identity = async (host: string, tag: string) =>
  fleet.host(host).docker(["image", "inspect", "--format", "{{.Id}}", tag]);

test("a login that the registry refuses is told with what to do, and is in no message", async () => {
  const wrong = "canary-of-another";
  const { code, stdout, stderr } = await deployment.engine(
    [...up, deployment.stack],
    await registry.login(wrong),
  );
  expect(code).not.toBe(0);
  expect(stdout + stderr).toMatch(/imageRegistry: ssh:\/\/root@\S+ cannot (keep|take)/);
  expect(stdout + stderr).toContain(`docker login ${registry.address}`);
  expect(stdout + stderr).not.toContain(wrong);
});

test("all hosts have the same images, built once", async () => {
  const { code, stdout, stderr } = await deployment.engine(
    [...up, deployment.stack],
    await registry.login(),
  );
  expect(stderr + (code === 0 ? "" : stdout)).toBe("");
  expect(await registry.repositories()).toEqual(
    imagesOf.synap.map((name) => `synfleet-${name}`).sort(),
  );
  const tag = imageTag("synap");
  expect(await identity("host3", tag)).toBe(await identity("host1", tag));
});

test("the login is on no host and in no state", async () => {
  const state = await deployment.mustRun(
    "stack",
    "export",
    "--show-secrets",
    "--stack",
    deployment.stack,
  );
  const auth = Buffer.from(`team:${registry.password}`).toString("base64");
  for (const secret of [registry.password, auth]) {
    expect(state).not.toContain(secret);
    for (const host of fleet.hosts) {
      const found = await host.run(["grep", "-rlF", secret, "/etc", "/root", "/home"]);
      expect(found.stdout).toBe("");
    }
  }
});

test("a second up changes nothing, also after a refresh", async () => {
  const env = await registry.login();
  const times = await new FleetContainers(deployment, fleet).startTimes();
  for (const words of [
    ["refresh", "--yes"],
    ["up", "--yes", "--expect-no-changes"],
  ]) {
    const { code, stdout, stderr } = await deployment.engine(
      [...words, "--skip-preview", "--stack", deployment.stack],
      env,
    );
    expect(code, stdout + stderr).toBe(0);
  }
  expect(await new FleetContainers(deployment, fleet).startTimes()).toEqual(times);
});
