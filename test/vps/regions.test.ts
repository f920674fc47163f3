/** SynapseDB on five servers in three regions, as docs/hosts.md places it: two regions with two members each, and one that breaks the tie. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeChecks } from "../acceptance/checks/changes.ts";
import {
  ask,
  onEachNode,
  nodesOf,
  whole,
  writeUrl,
  type Nodes,
} from "../acceptance/checks/fleet.ts";
import { Anywhere } from "../support/anywhere.ts";
import { Ledger } from "../support/ledger.ts";
import { psql, urlsOf } from "../support/libpq.ts";
import { until } from "../support/until.ts";
import { onServers, type OnServers } from "./support.ts";

const regions = ["a", "a", "b", "b", "c"];

let servers: OnServers;
let fleet: Nodes;

beforeAll(async () => {
  servers = await onServers("synapsedb", regions.length, {}, regions);
  fleet = nodesOf(await servers.deployment.outputs());
});
afterAll(() => servers?.remove());

const hostsOf = (region: string) =>
  servers.fleet.hosts.filter((_, index) => regions[index] === region);
const writeAll = () => String(fleet.outputs.endpoints["writeAll"]);

/** What every node holds, as soon as it is the same on all of them and has all of these rows. */
async function agreed(acknowledged: readonly number[]): Promise<void> {
  const held =
    "select count(*)::int as rows, md5(string_agg(id::text, ' ' order by id)) from entered";
  const missing = "select id from unnest($1::int[]) as id except select id from entered";
  await until(
    "all nodes holding the same rows, and all that were acknowledged",
    () =>
      onEachNode(fleet, async (clients) => {
        const answers = await Promise.all(
          clients.map(async (client) => ({
            held: JSON.stringify((await client.query(held)).rows),
            lost: (await client.query(missing, [acknowledged])).rows.length,
          })),
        );
        const same = new Set(answers.map((answer) => answer.held)).size === 1;
        if (same && answers.every(({ lost }) => lost === 0)) return true;
        throw new Error(answers.map((answer) => `${answer.held}, ${answer.lost} lost`).join("; "));
      }),
    { seconds: 180 },
  );
}

/** A client that knows all balancers; what it was told twice is one row. */
function client(from: number): Ledger {
  const anywhere = new Anywhere(urlsOf(writeAll()));
  const insert = "insert into entered values ($1) on conflict do nothing";
  return new Ledger(
    async (id) => void (await anywhere.ask((url) => ask(fleet, url, insert, [from + id]))),
  );
}

test("every node takes writes, and all have them", async () => {
  await ask(fleet, writeUrl(fleet), "create table entered (id int primary key)");
  await agreed([]);
  await onEachNode(fleet, async (clients) => {
    await Promise.all(
      clients.map((node, index) => node.query("insert into entered values ($1)", [-index - 1])),
    );
  });
  await agreed([-1, -2, -3, -4, -5]);
});

changeChecks(() => servers);

describe.each([
  // With the one who writes, the first balancer and Prometheus.
  { region: "a", from: 0 },
  { region: "b", from: 1_000_000 },
])("region $region lost with all in it", ({ region, from }) => {
  test("leaves clients writing, loses nothing acknowledged, and comes back", async () => {
    const ledger = client(from);
    await ledger.progress(20);
    const lost = hostsOf(region);
    await Promise.all(lost.map((host) => host.kill()));
    await ledger.progress(50, 120);
    const insert = `insert into entered values (${from - 100}) returning id`;
    const { code, stdout, stderr } = await psql(writeAll(), insert, fleet.outputs);
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: `${from - 100}\nINSERT 0 1\n`,
    });
    await Promise.all(lost.map((host) => host.boot()));
    await ledger.progress(20, 120);
    await ledger.stop();
    await agreed([...ledger.acknowledged.map((id) => from + id), from - 100]);
    await whole(fleet);
  });
});

test("an up after all that changes nothing", () => servers.deployment.up("--expect-no-changes"));

test("destroy leaves nothing on any host", async () => {
  const { deployment, containers } = servers;
  await deployment.mustRun("destroy", "--stack", deployment.stack, "--yes", "--skip-preview");
  expect(await containers.leftovers()).toEqual([]);
});
