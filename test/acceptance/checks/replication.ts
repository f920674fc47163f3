import { expect, test } from "vitest";
import { get } from "../../../commands/support/https.ts";
import { until } from "../../support/until.ts";
import { ask, managers, onEachNode, writeUrl, type Fleet } from "./fleet.ts";

/** Every node takes writes, and what one takes all have. */
export function replicationChecks(fleet: () => Fleet): void {
  test("a row inserted on any node is seen on both others", async () => {
    await ask(fleet(), fleet().nodes[0]!, "create table spread (origin text primary key)");
    await onEachNode(fleet(), async (clients) => {
      for (const [origin, client] of clients.entries()) {
        await until(`table on node ${origin + 1}`, async () => {
          const found = await client.query("select to_regclass('spread') as found");
          return found.rows[0].found ?? undefined;
        });
        await client.query("insert into spread values ($1)", [`node ${origin + 1}`]);
      }
      for (const [index, client] of clients.entries()) {
        const origins = await until(`rows on node ${index + 1}`, async () => {
          const { rows } = await client.query("select origin from spread order by origin");
          return rows.length === clients.length ? rows.map((row) => row.origin) : undefined;
        });
        expect(origins).toEqual(["node 1", "node 2", "node 3"]);
      }
    });
  });

  test("a transaction arrives whole: its parts are never seen one without the other", async () => {
    await ask(fleet(), fleet().nodes[0]!, "create table buyer (name text primary key)");
    await ask(
      fleet(),
      fleet().nodes[0]!,
      "create table purchase (buyer text primary key, product text)",
    );
    await onEachNode(fleet(), async ([first, second]) => {
      await until("both tables on node 2", async () => {
        const { rows } = await second!.query("select to_regclass('purchase') as found");
        return rows[0].found ?? undefined;
      });
      let partial = 0;
      const writing = (async () => {
        for (let n = 0; n < 100; n++) {
          await first!.query("begin");
          await first!.query("insert into buyer values ($1)", [`buyer ${n}`]);
          await first!.query("insert into purchase values ($1, 'Test Product')", [`buyer ${n}`]);
          await first!.query("commit");
        }
      })();
      await until("all on node 2", async () => {
        const { rows } = await second!.query(
          "select (select count(*) from buyer)::int as buyers, (select count(*) from purchase)::int as purchases",
        );
        if (rows[0].buyers !== rows[0].purchases) partial++;
        return rows[0].buyers === 100 ? true : undefined;
      });
      await writing;
      expect(partial).toBe(0);
    });
  });

  test("1,000 concurrent inserts on each of three nodes give 3,000 distinct generated keys everywhere", async () => {
    await ask(
      fleet(),
      writeUrl(fleet()),
      "create table ticket (id bigint generated always as identity primary key, note text)",
    );
    await onEachNode(fleet(), async (clients) => {
      await Promise.all(
        clients.map(async (client, index) => {
          await until(`table on node ${index + 1}`, async () => {
            const { rows } = await client.query("select to_regclass('ticket') as found");
            return rows[0].found ?? undefined;
          });
        }),
      );
      await Promise.all(
        clients.map(async (client, index) => {
          for (let n = 0; n < 1000; n++) {
            await client.query("insert into ticket (note) values ($1)", [
              `node ${index + 1}, ${n}`,
            ]);
          }
        }),
      );
      for (const client of clients) {
        const counts = await until("3,000 rows", async () => {
          const { rows } = await client.query(
            "select count(*)::int as rows, count(distinct id)::int as keys, count(distinct note)::int as notes from ticket",
          );
          return rows[0].rows >= 3000 ? rows[0] : undefined;
        });
        expect(counts).toEqual({ rows: 3000, keys: 3000, notes: 3000 });
      }
    });
  });

  test("conflicting updates converge to the last one on all nodes, and are recorded", async () => {
    await ask(fleet(), writeUrl(fleet()), "create table counter (id int primary key, value text)");
    await ask(fleet(), writeUrl(fleet()), "insert into counter values (1, 'start')");
    await onEachNode(fleet(), async (clients) => {
      for (const client of clients) {
        await until("the row", async () => {
          const { rows } = await client
            .query("select value from counter where id = 1")
            .catch(() => ({ rows: [] }));
          return rows[0];
        });
      }
      for (let round = 0; round < 50; round++) {
        await Promise.all(
          clients.map((client, index) =>
            client.query("update counter set value = $1 where id = 1", [
              `node ${index + 1}, ${round}`,
            ]),
          ),
        );
      }
      const value = await until("one value", async () => {
        const values = await Promise.all(
          clients.map(
            async (client) => (await client.query("select value from counter")).rows[0].value,
          ),
        );
        return new Set(values).size === 1 ? (values[0] as string) : undefined;
      });
      expect(value).toMatch(/^node [123], 49$/);
      const recorded = await until("recorded conflicts", async () => {
        const totals = await Promise.all(managers(fleet()).map((url) => conflictsOf(fleet(), url)));
        return totals.some((total) => total > 0) ? totals : undefined;
      });
      expect(recorded.length).toBe(3);
    });
  });

  test("rows are nearest first by pgvector, on a node that did not take them", async () => {
    const [first, second] = fleet().nodes;
    await ask(
      fleet(),
      first!,
      "create table document (title text primary key, embedding vector(4))",
    );
    await ask(
      fleet(),
      first!,
      "insert into document values ('Doc 1', '[0.1,0.2,0.3,0.4]'), ('Doc 2', '[0.2,0.3,0.4,0.5]'), ('Doc 3', '[0.9,0.8,0.7,0.6]')",
    );
    const titles = await until("three documents on node 2", async () => {
      const rows = await ask<{ title: string }>(
        fleet(),
        second!,
        "select title from document order by embedding <-> '[0.19,0.29,0.39,0.49]'",
      );
      return rows.length === 3 ? rows.map(({ title }) => title) : undefined;
    });
    expect(titles).toEqual(["Doc 2", "Doc 1", "Doc 3"]);
  });
}

async function conflictsOf(fleet: Fleet, manager: string): Promise<number> {
  const { caCertificate, credentials } = fleet.outputs;
  const headers = { authorization: `Bearer ${credentials.managerToken}` };
  const { text } = await get(`${manager}/replication/status`, caCertificate, { headers });
  return (JSON.parse(text) as { conflicts: { total: number } }).conflicts.total;
}
