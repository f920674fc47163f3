import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { carriedObjects, carriedTables, local, refused } from "./ddl-cases.ts";
import { until } from "./bench.ts";
import { Mesh, members, type Member } from "./mesh.ts";

const mesh = new Mesh();

beforeAll(async () => {
  await mesh.start();
  await mesh.connectMembers();
  await mesh.admitAll();
}, 240_000);
afterAll(() => mesh.stop(), 60_000);

async function value(member: Member, query: string): Promise<unknown> {
  const row = (await mesh.query(member, query))[0];
  return row && Object.values(row)[0];
}

/** Every member comes to give the same. */
async function everywhere(query: string, wanted: unknown): Promise<void> {
  for (const member of members) {
    let last: unknown;
    await until(
      async () => (last = await value(member, query)) === wanted,
      `${query} on ${member}`,
      5000,
    ).catch((error: Error) => {
      expect(last, `${error.message} on ${member}`).toBe(wanted);
      throw error;
    });
  }
}

async function meshIsWhole(): Promise<void> {
  for (const member of members)
    expect(await mesh.replicating(member), `subscriptions of ${member}`).toBe(2);
}

describe.sequential("a schema change", () => {
  test.each([...carriedTables, ...carriedObjects])(
    "is carried: $what",
    async ({ on, run, see, gives }) => {
      for (const query of run) await mesh.query(on, query);
      await everywhere(see, gives);
      await meshIsWhole();
    },
  );

  test.each(refused)("is refused: $what", async ({ on, run, message, hint, see, gives }) => {
    for (const query of run.slice(0, -1)) await mesh.query(on, query);
    const error = await mesh.query(on, run.at(-1)!).then(
      () => undefined,
      (error: Error & { hint?: string }) => error,
    );
    await mesh.query(on, "rollback");
    expect(error?.message).toMatch(message);
    expect(error?.hint).toMatch(hint);
    if (see) await everywhere(see, gives);
    await meshIsWhole();
  });

  test.each(local)("stays local: $what", async ({ on, run }) => {
    const queued =
      "select count(*)::int as n from pglogical.queue where message::text ~ 'apply_ddl'";
    const before = await mesh.manage(on, queued);
    for (const query of run) await mesh.query(on, query);
    expect(await mesh.manage(on, queued)).toEqual(before);
    await meshIsWhole();
  });

  test("by a superuser is carried with its owner, roles by synfleet.ddl", async () => {
    await mesh.manage("postgres2", "select synfleet.ddl('create role reader')");
    await mesh.manage("postgres2", "create table by_manager (id int primary key)");
    await mesh.manage("postgres2", "grant select on by_manager to reader");
    await everywhere(
      "select tableowner from pg_tables where tablename = 'by_manager'",
      "synfleet_manager",
    );
    await everywhere("select has_table_privilege('reader', 'by_manager', 'select')", true);
  });

  test("is carried once, and not sent back by those that receive it", async () => {
    await mesh.query("postgres1", "create table once (id int primary key)");
    await everywhere("select to_regclass('once') is not null", true);
    const queued = async (member: Member) =>
      (
        await mesh.manage(
          member,
          "select count(*)::int as n from pglogical.queue where message::text ~ 'create table once'",
        )
      )[0]!.n;
    await mesh.query("postgres2", "insert into once values (1)"); // a round trip later …
    await everywhere("select count(*)::int from once", 1);
    // … each queue has it once: the sender's own, and the copy that pglogical keeps where it arrives
    expect([
      await queued("postgres1"),
      await queued("postgres2"),
      await queued("postgres3"),
    ]).toEqual([1, 1, 1]);
  });

  test("that fails on a peer shows: its subscription goes down, and heals when the cause is mended", async () => {
    await mesh.manage("postgres3", "set session_replication_role = replica");
    await mesh.manage("postgres3", "create table stray (other text)");
    await mesh.query("postgres1", "create table stray (id int primary key)");
    const status = async () =>
      (
        await mesh.manage(
          "postgres3",
          "select s->>'status' as status from jsonb_array_elements(synfleet.status()->'subscriptions') s where s->>'peer' = 'postgres1'",
        )
      )[0]!.status;
    await until(async () => (await status()) === "down", "the subscription to go down");
    await mesh.manage("postgres3", "drop table stray");
    await mesh.manage("postgres3", "reset session_replication_role");
    await until(async () => (await status()) === "replicating", "the subscription to heal", 60_000);
    await everywhere(
      "select count(*)::int from information_schema.columns where table_name = 'stray' and column_name = 'id'",
      1,
    );
  });
});
