/** PostgreSQL with one writer, as its clients see a hand-over, a change, a crash, a lost host and a new replica. */
import { switchover } from "../../../commands/support/patroni.ts";
import { docker } from "../../acceptance/checks/containers.ts";
import type { Site } from "../../acceptance/checks/synaxic/site.ts";
import { until } from "../../support/until.ts";
import { BULK_GB, bulkStatements } from "../bulk.ts";
import { timed } from "../figures.ts";
import { rounds, whileWriting, type Measured, type Store } from "./rounds.ts";

export async function postgres(site: Site, count: number): Promise<Measured[]> {
  const { containers, deployment } = site;
  const exec = (alias: string, argv: readonly string[]) => containers.exec(alias, ...argv);
  const all = site.members.map((member) => `postgres-${member}`);
  let touched: string[] = [];
  const mends = () => docker("start", ...touched);
  const sizes = { memoryMiB: 1024, cpus: 2 };
  const change = async (to: Partial<typeof sizes>) => {
    Object.assign(sizes, to);
    await deployment.set({ postgres: { failover: "fast", ...sizes } });
    await deployment.up();
  };
  const events = [
    {
      what: "PostgreSQL: switchover",
      goal: 2,
      happens: () => switchover(exec, all),
    },
    {
      what: "PostgreSQL: `up` with other processors, which replaces every member's container",
      goal: 2,
      count: Math.min(count, 3),
      happens: () => change({ cpus: sizes.cpus === 2 ? 1.5 : 2 }),
    },
    {
      what: "PostgreSQL: `up` with more memory, which restarts every member's server",
      goal: 2,
      count: Math.min(count, 3),
      happens: () => change({ memoryMiB: sizes.memoryMiB + 64 }),
    },
    {
      what: "PostgreSQL: the leader's container killed",
      goal: 4,
      happens: async () => {
        touched = [containers.name(`postgres-${await site.leader()}`)];
        await docker("kill", ...touched);
      },
      mends,
      mended: "PostgreSQL: the killed one started, until it follows and is in step (pg_rewind)",
    },
    {
      what: "PostgreSQL: the leader's host lost",
      goal: 23,
      happens: async () => {
        const { own, fences } = await ofTheLeadersHost(site);
        touched = [...own, ...fences];
        // A fence goes first: it is the one that could still tell the others.
        for (const names of [fences, own]) if (names.length > 0) await docker("kill", ...names);
      },
      mends,
    },
  ];
  const measured: Measured[] = [];
  for (const { count: own = count, ...event } of events) {
    measured.push(...(await rounds(await entries(site), event, own)));
  }
  return measured;
}

let tables = 0;

/** A table of its own; each entry over a connection of its own, as of a client without a pool. */
export async function entries(site: Site): Promise<Store> {
  tables += 1;
  const table = `ledger${tables}`;
  // What went before may not be over for the next client.
  const patiently = (query: string) => until(query, () => site.sql("write", query));
  await patiently(`create table if not exists ${table} (id int primary key)`);
  return {
    write: async (id) => void (await site.sql("write", `insert into ${table} values ($1)`, [id])),
    kept: async () => {
      const rows = await patiently(`select id from ${table}`);
      return new Set(rows.map(({ id }) => id as number));
    },
    inStep: () => site.inStep(),
  };
}

/** What runs for the member that leads, and what would see its end and tell: all are gone with their host. */
async function ofTheLeadersHost(site: Site) {
  const leader = await site.leader();
  const names = await site.containers.names();
  const fences = names.filter((name) => name.includes("fence"));
  const own = names.filter((name) => name.endsWith(`-${leader}`) && !fences.includes(name));
  return { own, fences };
}

/** A replica more for so much data, once: until it has all of it, and how much of that was copying. */
export async function newReplica(site: Site): Promise<Measured[]> {
  await fill(site);
  await site.inStep();
  return whileWriting(await entries(site), async (ledger) => {
    await ledger.progress(20, 120);
    const { seconds } = await timed(async () => {
      await site.containers.mustCommand("add-replica", "replica3");
      await until("the new replica in step", async () => {
        const streaming = `select 1 from pg_stat_replication where application_name = 'postgres-replica3'
          and state = 'streaming' and pg_current_wal_lsn() - replay_lsn < 65536`;
        const answer = await site.containers.sql(`postgres-${await site.leader()}`, streaming);
        return answer === "1" ? true : undefined;
      });
    });
    const log = await docker("logs", "--timestamps", site.containers.name("postgres-replica3"));
    return [
      {
        what: `PostgreSQL: \`add-replica\` on ${BULK_GB} GB, from the command to in step`,
        seconds: [seconds],
      },
      { what: "PostgreSQL: of it, copying the data", seconds: [copying(log)] },
    ];
  });
}

async function fill(site: Site): Promise<void> {
  const { database } = site.outputs.credentials.postgres as { database: string };
  for (const statement of bulkStatements())
    await site.containers.sql(`postgres-${await site.leader()}`, statement, database);
}

/** From what Patroni logs when it starts to copy, and when it has. */
function copying(log: string): number {
  const at = (words: string) => {
    const line = log.split("\n").find((text) => text.includes(words));
    if (!line) throw new Error(`no line of the new replica's log has "${words}"`);
    return Date.parse(line.split(" ")[0]!);
  };
  return (at("replica has been created using") - at("trying to bootstrap from")) / 1000;
}
