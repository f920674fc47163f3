/** From servers with nothing on them to an answer to a client, and one server more for a gigabyte of data. */
import { imagesOf } from "../../../commands/support/images.ts";
import { buildImage, imageTag, type ImageName } from "../../../images/build.ts";
import { registryHost, registryReference } from "../../../components/platform/docker/registry.ts";
import type { SystemName } from "../../../settings/schema.ts";
import { FleetContainers } from "../../acceptance/checks/fleet-containers.ts";
import { ask, nodesOf, onEachNode, writeUrl } from "../../acceptance/checks/fleet.ts";
import { Site } from "../../acceptance/checks/synaxic/site.ts";
import { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import { Deployment } from "../../support/deployment.ts";
import { PrivateRegistry } from "../../support/registry/registry.ts";
import { synapServer } from "../../support/synap-server.ts";
import { until } from "../../support/until.ts";
import { declared } from "../../vps/support.ts";
import { BULK_GB, bulkRows, bulkStatements } from "../bulk.ts";
import { timed, type Figure } from "../figures.ts";

const SERVERS = 3;
const copied = { seconds: 1200 };

/** A lab whose registry has the images, with one server of its own for that. */
interface Ground {
  readonly fleet: Fleet;
  readonly registry: PrivateRegistry;
  readonly deployment: Deployment;
}

export async function ready(system: SystemName): Promise<Figure[]> {
  const names = imagesOf[system] as readonly ImageName[];
  await synapServer();
  const images: string[] = [];
  for (const name of names) images.push(await buildImage(name));
  const fleet = await Fleet.start({ hosts: 1, images });
  let registry: PrivateRegistry | undefined;
  let deployment: Deployment | undefined;
  try {
    registry = await PrivateRegistry.start(fleet);
    await keepImages(fleet.hosts[0]!, registry, names);
    const hosts = declared(await fleet.add(SERVERS, { docker: false }));
    const { address, caCertificate } = registry;
    deployment = await Deployment.create({
      ...{ system, topology: "several-hosts", hosts },
      ...{ prepareHosts: true, preparation: { clock: false } },
      clientCidrs: [`${fleet.operator.address}/32`],
      imageRegistry: { address: `${address}/team`, caCertificate },
    });
    return await figures(system, { fleet, registry, deployment });
  } finally {
    await deployment?.forget();
    await registry?.remove();
    await fleet.removeAll();
  }
}

async function figures(system: SystemName, ground: Ground): Promise<Figure[]> {
  const { fleet, deployment } = ground;
  const of = `${system} on ${SERVERS} servers`;
  const bare = await up(ground);
  await deployment.destroy();
  const prepared = await up(ground);
  const shown = [
    { what: `${of}, from bare Debian to ready`, value: seconds(bare) },
    { what: `${of}, prepared and with the images there`, value: seconds(prepared) },
  ];
  if (system === "synap") return shown;
  const { fill, inStep } = filled[system];
  await fill(ground);
  await fleet.add(1, { docker: false });
  await deployment.set({ hosts: declared(fleet.hosts.slice(1)) });
  const { seconds: added } = await timed(async () => {
    await up(ground);
    await inStep(ground);
  });
  const what = `${of}, a bare one more for ${BULK_GB} GB, until it is in step`;
  return [...shown, { what, value: seconds(added) }];
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

async function up({ deployment, registry }: Ground): Promise<number> {
  const words = ["up", "--yes", "--skip-preview", "--stack", deployment.stack];
  const login = await registry.login();
  const { seconds, result } = await timed(() => deployment.engine(words, login));
  if (result.code !== 0) throw new Error(`up: ${result.stdout}${result.stderr}`);
  return seconds;
}

/** As an earlier deployment of the same version leaves them. */
async function keepImages(from: Host, registry: PrivateRegistry, names: readonly ImageName[]) {
  const address = `${registry.address}/team`;
  await registry.trustedBy(from);
  const login = ["login", "--username", "team", "--password-stdin", registryHost(address)];
  await from.must(["docker", ...login], { user: "root", input: registry.password });
  for (const name of names) {
    const remote = registryReference(address, name, imageTag(name));
    await from.docker(["tag", imageTag(name), remote]);
    await from.docker(["push", "--quiet", remote]);
  }
}

async function synaxic({ deployment, fleet }: Ground): Promise<Site> {
  const containers = new FleetContainers(deployment, fleet);
  const members = fleet.hosts.slice(1).map(({ name }) => name);
  return new Site(deployment, containers, await deployment.outputs(), members);
}

async function fillSynaxic(ground: Ground): Promise<void> {
  const site = await synaxic(ground);
  for (const statement of bulkStatements()) await site.sql("write", statement);
  await synaxicInStep(ground);
}

async function synaxicInStep(ground: Ground): Promise<void> {
  const site = await synaxic(ground);
  await until("all in step", async () => (await site.inStep(), true), copied);
}

async function fillSynapseDB(ground: Ground): Promise<void> {
  const nodes = nodesOf(await ground.deployment.outputs());
  for (const statement of bulkStatements()) await ask(nodes, writeUrl(nodes), statement);
  await synapseDBInStep(ground);
}

async function synapseDBInStep({ deployment }: Ground): Promise<void> {
  const nodes = nodesOf(await deployment.outputs());
  const all = () =>
    onEachNode(nodes, async (clients) => {
      for (const client of clients) {
        const { rows } = await client.query("select count(*)::int as rows from big");
        if (rows[0].rows !== bulkRows) return undefined;
      }
      return true;
    });
  await until("all rows on every node", all, copied);
}

const filled = {
  synaxic: { fill: fillSynaxic, inStep: synaxicInStep },
  synapsedb: { fill: fillSynapseDB, inStep: synapseDBInStep },
};
