/** How long clients that know all balancers cannot write when the server of the member that takes the writes is lost, and what they lose. */
import { ask, nodesOf, onEachNode, whole } from "../../acceptance/checks/fleet.ts";
import { Site } from "../../acceptance/checks/synaxic/site.ts";
import type { Host } from "../../lab/fleet/host.ts";
import { Anywhere } from "../../support/anywhere.ts";
import { query } from "../../support/database.ts";
import { urlsOf } from "../../support/libpq.ts";
import { until } from "../../support/until.ts";
import { onServers, type OnServers } from "../../vps/support.ts";
import { rounds, type Measured, type Store } from "../failover/rounds.ts";
import { LibpqClient } from "./libpq-client.ts";

const names = ["host1", "host2", "host3"];
/** A server that comes back on a busy machine takes its time, which is not what is measured. */
const patience = { seconds: 300 };

interface Case {
  readonly system: string;
  readonly store: Store;
  /** Whose member takes the writes. */
  readonly writer: () => Promise<Host>;
}

async function losses({ system, store, writer }: Case, count: number): Promise<Measured[]> {
  let host: Host;
  const killed = {
    what: `${system}: the writer's server killed with all on it`,
    happens: async () => (host = await writer()).kill(),
    mends: () => host.boot(),
  };
  const cut = {
    what: `${system}: the writer's server cut off both ways`,
    happens: async () => (host = await writer()).cutOff(),
    mends: () => host.heal(),
  };
  return [...(await rounds(store, cut, count)), ...(await rounds(store, killed, count))];
}

/** Rows of one table; those of each event are a million apart, since each counts its own from one. */
async function tabled(
  read: (text: string) => Promise<{ id: number }[]>,
  write: (text: string) => Promise<unknown>,
  inStep: () => Promise<void>,
): Promise<Store> {
  await until("a table", () => read("create table if not exists lost (id int primary key)"));
  let before = 0;
  return {
    write: async (id) => void (await write(`insert into lost values (${before + id})`)),
    kept: async () => {
      const rows = await until("the rows", () => read("select id from lost"));
      const kept = new Set(rows.map(({ id }) => id - before));
      before += 1_000_000;
      return kept;
    },
    inStep,
  };
}

async function onFleet<T>(of: Promise<OnServers>, use: (servers: OnServers) => Promise<T>) {
  const servers = await of;
  try {
    return await use(servers);
  } finally {
    await servers.remove();
  }
}

/** Profile `fast`; a connection for each entry, to the balancer that answered last. */
export const ofSynaxic = (count: number) =>
  onFleet(onServers("synaxic", names.length, { postgres: { failover: "fast" } }), async (on) => {
    const { deployment, containers, fleet } = on;
    const site = new Site(deployment, containers, await deployment.outputs(), names);
    const anywhere = new Anywhere(urlsOf(String(site.outputs.endpoints["writeAll"])));
    const asked = (text: string) =>
      anywhere.ask((url) => query<{ id: number }>(url, site.outputs, text));
    const store = await tabled(asked, asked, () =>
      until("in step", async () => (await site.inStep(), true), patience).then(() => {}),
    );
    const writer = async () => fleet.host(await until("a leader", () => site.leader(), patience));
    return losses({ system: "Synaxic", store, writer }, count);
  });

/** Through libpq with `writeAll` as it is, a connection for each entry: it tries the first server first, and gives it 3 s. */
export const ofSynapseDB = (count: number) =>
  onFleet(onServers("synapsedb", names.length), async ({ deployment, fleet: servers }) => {
    const outputs = await deployment.outputs();
    const writeAll = String(outputs.endpoints["writeAll"]);
    const fleet = nodesOf(outputs);
    const anywhere = new Anywhere(urlsOf(writeAll));
    const asked = (text: string) => anywhere.ask((url) => ask<{ id: number }>(fleet, url, text));
    const client = new LibpqClient(writeAll, outputs);
    const same = () =>
      onEachNode(fleet, async (clients) => {
        const text = "select count(*)::int as rows from lost";
        const answers = await Promise.all(clients.map((one) => one.query<{ rows: number }>(text)));
        const counts = answers.map(({ rows }) => rows[0]!.rows);
        if (Math.max(...counts) - Math.min(...counts) < 100) return true;
        throw new Error(counts.join(", "));
      });
    const write = (text: string) => client.must(text);
    const store = await tabled(asked, write, async () => {
      await until("all nodes with the same rows", same, patience);
      await until("all nodes admitted", async () => (await whole(fleet), true), patience);
    });
    const writer = async () => {
      const text = "select current_setting('cluster_name') as name";
      const [row] = await until("a writer", () =>
        anywhere.ask((url) => ask<{ name: string }>(fleet, url, text)),
      );
      return servers.host(names[Number(/\d+$/.exec(row!.name)![0]) - 1]!);
    };
    try {
      return await losses({ system: "SynapseDB", store, writer }, count);
    } finally {
      client.end();
    }
  });
