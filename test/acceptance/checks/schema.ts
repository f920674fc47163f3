import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { ask, onEachNode, type Fleet } from "./fleet.ts";

/** Changes of the schema reach every node, or are refused on the first. */
export function schemaChecks(fleet: () => Fleet): void {
  test("what is created, altered and dropped on one node is so on all, and rows go in every direction", async () => {
    const [first, second, third] = fleet().nodes;
    await ask(fleet(), first!, "create table city (id int primary key)");
    await until("table on node 2", () => tableExists(fleet(), second!, "city"));
    await ask(fleet(), second!, "alter table city add column name text not null default 'none'");
    await until("column on node 3", () => columnExists(fleet(), third!, "city", "name"));
    await ask(fleet(), third!, "insert into city values (7, 'Zürich')");
    await until("row on node 1", async () => {
      const rows = await ask<{ name: string }>(
        fleet(),
        first!,
        "select name from city where id = 7",
      );
      return rows[0]?.name === "Zürich" ? true : undefined;
    });
    await ask(fleet(), third!, "drop table city");
    await until("table gone on nodes 1 and 2", async () => {
      const there = await Promise.all(
        [first!, second!].map((url) => tableExists(fleet(), url, "city")),
      );
      return there.every((found) => found === undefined) ? true : undefined;
    });
  });

  test.each([
    [
      "several statements in one string",
      "create table left_a (id int primary key); create table left_b (id int primary key)",
    ],
    ["a table made of a query", "create table left_a as select 1 as id"],
    ["a statement inside a block", "do $$ begin create table left_a (id int primary key); end $$"],
  ])(
    "%s reaches all nodes or is refused with the way out, never left on one",
    async (_, statement) => {
      const [first] = fleet().nodes;
      const refusal = await ask(fleet(), first!, statement).then(
        () => undefined,
        (error: Error & { hint?: string }) => error,
      );
      if (refusal) {
        expect(`${refusal.message} ${refusal.hint}`).toMatch(/synfleet\.ddl/);
        await onEachNode(fleet(), async (clients) => {
          for (const client of clients) {
            const { rows } = await client.query(
              "select to_regclass('left_a') as a, to_regclass('left_b') as b",
            );
            expect(rows[0]).toEqual({ a: null, b: null });
          }
        });
      } else {
        for (const url of fleet().nodes)
          await until("table", () => tableExists(fleet(), url, "left_a"));
        for (const table of ["left_a", "left_b"]) {
          await ask(fleet(), first!, `drop table if exists ${table}`);
        }
        for (const url of fleet().nodes) {
          await until("table gone", async () =>
            (await tableExists(fleet(), url, "left_a")) ? undefined : true,
          );
        }
      }
    },
  );
}

async function tableExists(fleet: Fleet, url: string, table: string): Promise<true | undefined> {
  const [row] = await ask<{ found: string | null }>(fleet, url, "select to_regclass($1) as found", [
    table,
  ]);
  return row?.found ? true : undefined;
}

async function columnExists(
  fleet: Fleet,
  url: string,
  table: string,
  column: string,
): Promise<true | undefined> {
  const rows = await ask(
    fleet,
    url,
    "select from information_schema.columns where table_name = $1 and column_name = $2",
    [table, column],
  );
  return rows.length === 1 ? true : undefined;
}
