import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./bench.ts";
import { Mesh, members } from "./mesh.ts";

const mesh = new Mesh();
const { bench } = mesh;

beforeAll(async () => {
  await mesh.start();
  await mesh.connectMembers();
  await mesh.admitAll();
}, 240_000);
afterAll(() => mesh.stop(), 60_000);

async function tickAll(): Promise<void> {
  for (const member of members) await mesh.manage(member, "select synfleet.tick()");
}

describe.sequential("three members", () => {
  test("take rows on each, with keys that never collide", async () => {
    await mesh.query(
      "postgres1",
      "create table item (id bigint generated always as identity primary key, by text)",
    );
    await mesh.sameEverywhere("select count(*) from pg_class where relname = 'item'");
    await until(async () => {
      await Promise.all(members.map((member) => mesh.query(member, "select 1 from item")));
      return true;
    }, "the table everywhere");
    await Promise.all(
      members.map((member) =>
        mesh.query(
          member,
          `insert into item (by) select '${member}' from generate_series(1, 1000)`,
        ),
      ),
    );
    await until(
      async () =>
        (await mesh.query("postgres2", "select count(*)::int as n from item"))[0]!.n === 3000,
      "all rows",
    );
    const residues = await mesh.sameEverywhere(
      "select by, min(id % 16) as low, max(id % 16) as high, count(distinct id)::int as keys from item group by by order by by",
    );
    expect(residues).toEqual(
      [1, 2, 3].map((n) => ({ by: `postgres${n}`, low: `${n}`, high: `${n}`, keys: 1000 })),
    );
  });

  test("put a sequence right that setval() moved onto another member's values", async () => {
    await mesh.query("postgres2", "select setval(pg_get_serial_sequence('item', 'id'), 100001)");
    await mesh.manage("postgres2", "select synfleet.tick()");
    const rows = await mesh.query(
      "postgres2",
      "insert into item (by) values ('later') returning id, id % 16 as residue",
    );
    expect(rows).toEqual([{ id: "100002", residue: "2" }]);
    await mesh.query("postgres2", "truncate item restart identity");
    expect(
      await mesh.query("postgres2", "insert into item (by) values ('anew') returning id"),
    ).toEqual([{ id: "2" }]);
  });

  test("keep steps that the application declared, in blocks", async () => {
    await mesh.query("postgres1", "create sequence blocks increment by 50 start 1");
    await mesh.sameEverywhere("select count(*) from pg_class where relname = 'blocks'");
    await until(
      async () =>
        (await mesh.query("postgres3", "select to_regclass('blocks') as c"))[0]!.c !== null,
      "the sequence",
    );
    expect(
      await mesh.query(
        "postgres3",
        "select nextval('blocks')::int as a, nextval('blocks')::int as b",
      ),
    ).toEqual([{ a: 101, b: 901 }]);
  });

  test("agree after conflicting writes, and record them", async () => {
    await mesh.query("postgres1", "create table account (id int primary key, v text)");
    await mesh.query(
      "postgres1",
      "insert into account select g, 'new' from generate_series(1, 20) g",
    );
    await until(
      async () =>
        (await mesh.sameEverywhere("select count(*)::int as n from account")) !== undefined,
      "the rows",
    );
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        members.map((member) =>
          mesh.query(member, `update account set v = '${member} ${round}' where id = ${round + 1}`),
        ),
      );
    }
    await Promise.all(
      members.map((member) =>
        mesh.query(member, `insert into account values (100, '${member}')`).catch(() => undefined),
      ),
    );
    const rows = (await mesh.sameEverywhere("select id, v from account order by id")) as {
      v: string;
    }[];
    expect(rows).toHaveLength(21);
    expect(rows.every((row) => row.v !== "new")).toBe(true);
    await tickAll();
    const recorded = await Promise.all(
      members.map((member) =>
        mesh.manage(
          member,
          "select kind, relation, resolution, local_tuple, remote_tuple from synfleet.conflict",
        ),
      ),
    );
    expect(recorded.flat().length).toBeGreaterThan(5);
    expect(recorded.flat()).toContainEqual(
      expect.objectContaining({
        kind: "update",
        relation: "public.account",
        resolution: "keep_local",
        local_tuple: expect.stringContaining("postgres"),
        remote_tuple: expect.stringContaining("postgres"),
      }),
    );
    await until(
      async () => (await bench.logs("postgres1")).includes("CONFLICT: remote"),
      "the log to show it",
    );
    // Rows that came at the same moment can end an apply worker, which starts again by itself.
    for (const member of members) {
      await until(async () => (await mesh.replicating(member)) === 2, `${member} to replicate`);
    }
  });

  test("are told who lags: slots by peer, heartbeats by age", async () => {
    await tickAll();
    await until(async () => {
      const { status } = (
        await mesh.manage("postgres1", "select synfleet.tick() as status")
      )[0] as { status: Record<string, any> };
      const peers = status.slots.map((slot: { peer: string }) => slot.peer);
      const ages = status.subscriptions.map(
        (subscription: { heartbeat_age_seconds: number }) => subscription.heartbeat_age_seconds,
      );
      return (
        `${peers}` === "postgres2,postgres3" &&
        ages.every((age: number) => age !== null && age < 30) &&
        status.slots.every((slot: { lag_bytes: number }) => slot.lag_bytes < 100_000)
      );
    }, "the status to be complete");
  });
});
