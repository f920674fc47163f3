/** Synap and SynapseDB while the API server, or the kubelet, of their cluster is away. */
import { afterAll, beforeAll, describe } from "vitest";
import type { Outputs } from "../../commands/support/stack.ts";
import { ask } from "../acceptance/checks/https.ts";
import { queryAt } from "../kubernetes/clients.ts";
import { OnCluster, synapUp } from "../kubernetes/stack.ts";
import { SynapOnCluster } from "../kubernetes/synap-site.ts";
import { Ledger } from "../support/ledger.ts";
import { awayChecks, type Watched } from "./away.ts";

/** One that can tell which of the entries that it was told are kept are not there. */
class Client extends Ledger {
  readonly #missing: (ids: readonly number[]) => Promise<readonly number[]>;

  constructor(
    write: (id: number) => Promise<void>,
    missing: (ids: readonly number[]) => Promise<readonly number[]>,
  ) {
    super(write);
    this.#missing = missing;
  }

  async lost(): Promise<readonly number[]> {
    await this.stop();
    return this.#missing(this.acknowledged);
  }
}

describe("Synap", () => {
  let cluster: OnCluster;
  let synap: SynapOnCluster;
  let writer: Watched["writer"];
  beforeAll(async () => {
    cluster = await synapUp();
    synap = new SynapOnCluster(cluster, await cluster.outputs());
    writer = await keys(cluster, synap.outputs);
  }, 900_000);
  afterAll(() => cluster?.remove(), 600_000);

  awayChecks("Synap", () => ({ cluster, writer, lead: () => synap.master() }));
});

describe("SynapseDB", () => {
  let cluster: OnCluster;
  let query: (sql: string) => Promise<unknown[]>;
  beforeAll(async () => {
    cluster = await OnCluster.create("synapsedb", { readySeconds: 600 });
    await cluster.deployment.up();
    query = await atTheBalancer(cluster, await cluster.outputs());
    await query("create table notes (writer text, id bigint, primary key (writer, id))");
  }, 1_500_000);
  afterAll(() => cluster?.remove(), 600_000);

  // All take writes, and the balancer has them go to one, which its start tells from the others.
  const lead = () => query("select pg_postmaster_start_time()::text");
  awayChecks("SynapseDB", () => ({ cluster, writer: (name) => rows(query, name), lead }));
});

/** The address is asked for beforehand: without an API server nobody tells it. */
async function keys(cluster: OnCluster, outputs: Outputs): Promise<Watched["writer"]> {
  const url = String(outputs.endpoints["write"]);
  const address = await cluster.addressOf(new URL(url).hostname);
  const given = { address, ca: outputs.caCertificate, ...outputs.credentials.synap! };
  return (name) => {
    const key = (id: number) => `${name.replaceAll(" ", "-")}:${id}`;
    const write = async (id: number) => {
      const json = { key: key(id), value: "kept", ttl: 3600 };
      const { status, text } = await ask(`${url}/kv/set`, { ...given, method: "POST", json });
      if (status !== 200 || !JSON.parse(text).success) throw new Error(text);
    };
    return new Client(write, async (ids) => {
      const isLost = async (id: number) =>
        JSON.parse((await ask(`${url}/kv/get/${key(id)}`, given)).text) !== "kept";
      const lost: number[] = [];
      for (let at = 0; at < ids.length; at += 20) {
        const some = ids.slice(at, at + 20);
        const found = await Promise.all(some.map(isLost));
        lost.push(...some.filter((_, index) => found[index]));
      }
      return lost;
    });
  };
}

async function atTheBalancer(cluster: OnCluster, outputs: Outputs) {
  const url = String(outputs.endpoints["write"]);
  const address = await cluster.addressOf(new URL(url).hostname);
  return (sql: string) => queryAt(address, url, outputs, sql);
}

const rows = (query: (sql: string) => Promise<unknown[]>, name: string) =>
  new Client(
    async (id) => void (await query(`insert into notes values ('${name}', ${id})`)),
    async (ids) => {
      const kept = new Set(await query(`select id::int from notes where writer = '${name}'`));
      return ids.filter((id) => !kept.has(id));
    },
  );
