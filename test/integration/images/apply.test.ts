import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./bench.ts";
import { Mesh, memberSettings, members, type Member } from "./mesh.ts";

const mesh = new Mesh();
const { bench } = mesh;

beforeAll(async () => {
  await mesh.start();
  await mesh.connectMembers();
  await mesh.admitAll();
}, 240_000);
afterAll(() => mesh.stop(), 60_000);

describe.sequential("a running member", () => {
  test("applies what can be reloaded, without a restart", async () => {
    const started = async (member: Member) =>
      (await mesh.manage(member, "select pg_postmaster_start_time()::text as t"))[0]!.t;
    const before = await started("postgres2");
    await bench.write(
      "postgres2",
      "postgres",
      memberSettings("postgres2", { parameters: { work_mem: "7MB" } }),
    );
    expect(await bench.exec("postgres2", "apply")).toEqual({ code: 0, output: "" });
    expect(
      (
        await mesh.manage("postgres2", "select setting from pg_settings where name = 'work_mem'")
      )[0],
    ).toEqual({ setting: "7168" });
    const renewed = await bench.certificate("postgres2");
    await bench.write("postgres2", "postgres", renewed);
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
    expect(await bench.served("postgres2", 5432)).toBe(renewed[1]!.content.trim());
    expect(await started("postgres2")).toBe(before);
  });

  test("changes the application's password without showing it", async () => {
    const files = memberSettings("postgres2").map((file) =>
      file.path === "secrets/application_password" ? { ...file, content: "canary-42\n" } : file,
    );
    await bench.write("postgres2", "postgres", files);
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
    await mesh.disconnect("postgres2");
    await expect(mesh.query("postgres2", "select 1")).rejects.toThrow(
      "password authentication failed",
    );
    expect(await bench.logs("postgres2")).not.toContain("canary");
    await bench.write("postgres2", "postgres", memberSettings("postgres2"));
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
    expect(await mesh.query("postgres2", "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("refuses a broken configuration and keeps the running one", async () => {
    const broken = memberSettings("postgres2").map((file) =>
      file.path === "pg_hba.conf" ? { ...file, content: "hostssl all nonsense\n" } : file,
    );
    await bench.write("postgres2", "postgres", broken);
    const result = await bench.exec("postgres2", "apply");
    expect(result.code).toBe(1);
    expect(result.output).toContain("pg_hba.conf line 1");
    await bench.write("postgres2", "postgres", memberSettings("postgres2"));
    expect((await bench.exec("postgres2", "apply")).code).toBe(0);
  });

  test("gets another extension and a newer schema while it serves", async () => {
    const queued =
      "select count(*)::int as n from pglogical.queue where message::text ~ 'apply_ddl'";
    const before = await mesh.manage("postgres1", queued);
    for (const member of members) {
      await bench.write(member, "postgres", memberSettings(member, {}, ["vector", "hstore"]));
      expect(await bench.exec(member, "apply")).toEqual({ code: 0, output: "" });
    }
    await mesh.query("postgres1", "create table tagged (id int primary key, tags hstore)");
    await mesh.query("postgres1", "insert into tagged values (1, 'a=>1')");
    expect(await mesh.sameEverywhere("select tags -> 'a' as a from tagged")).toEqual([{ a: "1" }]);
    // Each member made the extension itself; only the table was carried.
    expect((await mesh.manage("postgres1", queued))[0]!.n).toBe((before[0]!.n as number) + 1);
  });

  test("gives the application nothing of the machinery", async () => {
    const forbidden = [
      "select synfleet.admit('me')",
      "select synfleet.tick()",
      "select synfleet.queue_ddl('x', '{}')",
      "select synfleet.settle_tables()",
    ];
    for (const query of [
      ...forbidden,
      "select * from synfleet.admission",
      "insert into pglogical.queue select * from pglogical.queue",
      "select pglogical.drop_node('postgres1')",
    ]) {
      await expect(mesh.query("postgres1", query), query).rejects.toThrow(/permission denied/);
    }
    await expect(mesh.query("postgres1", "set session_replication_role = replica")).rejects.toThrow(
      /permission denied/,
    );
    await expect(mesh.query("postgres1", "set event_triggers = off")).rejects.toThrow(
      /permission denied/,
    );
  });

  test("stops at once and comes back with what it had", async () => {
    await mesh.disconnect("postgres3");
    const began = Date.now();
    await bench.docker("stop", "--time", "20", bench.name("postgres3"));
    expect(Date.now() - began).toBeLessThan(10_000);
    await bench.docker("start", bench.name("postgres3"));
    await until(
      async () =>
        (await mesh.query("postgres3", "select count(*)::int as n from tagged"))[0]!.n === 1,
      "the member to be back",
    );
    // The last lines of a run are relayed by the next. Not the very last one: the log's writer outlives the server by a
    // moment, and is killed with the container in it.
    await until(
      async () => (await bench.logs("postgres3")).includes("received fast shutdown request"),
      "the end of the log",
    );
  });
});
